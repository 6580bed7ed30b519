#include <eddy/process_init.hpp>
#include <eddy/signals.hpp>

#include <csignal>

#include <gmock/gmock.h>

// A worker of a process pool is this same program, started again: it has to find that out before
// anything else looks at the arguments.
int main(int argc, char** argv) {
    eddy::process_init(argc, argv);
    // What a shell starts in the background is made to ignore the keyboard; the tests raise these.
    std::signal(SIGINT, SIG_DFL);
    std::signal(eddy::quit_signal(), SIG_DFL);
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
