#include <eddy/process_pool.hpp>

#include "support/asleep.hpp"
#include "support/own_processes.hpp"
#include "support/sockets.hpp"

#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

// Linux lets a user who is not root send only so many handles before they are received.
namespace eddy {
namespace {

void check(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::system_category(), what);
}

// While it lives, more handles of this process's user are under way than it may send. To be made
// only in a process that nobody needs as root any more.
class handles_under_way {
public:
    handles_under_way() {
        if (::geteuid() == 0) {
            check(::setgid(nobody), "setgid");
            check(::setuid(nobody), "setuid");
        }
        rlimit limit{};
        check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
        limit.rlim_cur = most;
        check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
        send_too_many();
    }

private:
    static constexpr unsigned nobody = 65534;
    static constexpr rlim_t most = 64;

    void send_too_many() {
        std::array<int, 2 * most> copies;
        copies.fill(STDIN_FILENO);
        char byte = 0;
        iovec piece{&byte, 1};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof copies)] = {};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof copies);
        std::memcpy(CMSG_DATA(header), copies.data(), sizeof copies);
        check(static_cast<int>(::sendmsg(sockets_.one.get(), &message, 0)), "sendmsg");
    }

    testing::socket_pair sockets_ = testing::open_pair();
};

// So much that it travels as shared memory, whose handle has to be sent.
constexpr std::size_t large = 100'000;

// They make room once this thread waits for it.
std::vector<char> answer_for_which_there_is_no_room() {
    std::thread([others = handles_under_way(), worker = testing::this_thread_number()]() mutable {
        testing::wait_until_asleep(worker);
        const handles_under_way received = std::move(others);
    }).detach();
    return std::vector<char>(large);
}

int square(int x) {
    return x * x;
}

std::size_t size_of(const std::vector<char>& given) {
    return given.size();
}

task<std::size_t> send_what_there_is_no_room_for() {
    process_pool pool(1);
    co_await pool.submit(fn<square>, 3);
    auto others = std::make_unique<handles_under_way>();
    future<std::size_t> size = pool.submit(fn<size_of>, std::vector<char>(large));
    // The pool's task comes to it.
    for (int i = 0; i < 5; ++i) co_await yield();
    others.reset();
    const std::size_t arrived = co_await size;
    // The worker started as root: it must end by itself.
    co_await pool.shutdown_async();
    co_return arrived;
}

class ProcessPoolRoom : public testing::leaves_nothing_behind {};

TEST_F(ProcessPoolRoom, IsWaitedForByAnAnswer) {
    process_pool pool(1);
    EXPECT_EQ(pool.submit(fn<answer_for_which_there_is_no_room>).result().size(), large);
}

TEST_F(ProcessPoolRoom, IsWaitedForByACall) {
    process_pool pool(1);
    EXPECT_EQ(pool.submit([] { return run(send_what_there_is_no_room_for()); }).result(), large);
}

}  // namespace
}  // namespace eddy
