#include <eddy/process_init.hpp>

#include <gmock/gmock.h>

// A worker of a process pool is this same program, started again: it has to find that out before
// anything else looks at the arguments.
int main(int argc, char** argv) {
    eddy::process_init(argc, argv);
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
