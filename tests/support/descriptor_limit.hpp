#pragma once

namespace eddy::testing {

/// While it lives, the process can open no more files.
class no_more_descriptors {
public:
    no_more_descriptors();
    ~no_more_descriptors();
    no_more_descriptors(const no_more_descriptors&) = delete;
    no_more_descriptors& operator=(const no_more_descriptors&) = delete;

private:
    unsigned long previous_;
};

}  // namespace eddy::testing
