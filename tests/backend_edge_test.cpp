#include "support/backend_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/pipe.hpp>
#include <eddy/socket.hpp>

#include <cstring>
#include <deque>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// The conformance suite: what is rare. Cancellations that lose a race, numbers of handles that are
// given away again, peers that use the sockets of POSIX in full.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

class BackendEdge : public backend_fixture {
protected:
    std::string path(std::string_view name) const { return folder_.path(name); }

private:
    temporary_folder folder_;
};
INSTANTIATE_TEST_SUITE_P(All, BackendEdge, ::testing::ValuesIn(backend_names()), name_of_backend);

struct pipe_ends {
    pipe_ends() { EXPECT_EQ(open_pipe(reading, writing), std::error_code()); }
    unique_handle reading;
    unique_handle writing;
};

// Something that waits on a handle of its own. Closing it lets the kernel's answers to all others
// come, too, unseen.
struct bystander : pipe_ends {
    std::string text = std::string(16, ' ');
    request read{opcode::read, reading.get(), bytes_of(text)};
};

void write_to(native_handle handle, std::string_view text) {
    ASSERT_EQ(::write(handle, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

std::string read_from(native_handle handle) {
    char text[64];
    const ssize_t size = ::read(handle, text, sizeof text);
    return std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0);
}

TEST_P(BackendEdge, ReadsFromNoPipeThatWasGivenTheNumberOfAClosedOne) {
    pipe_ends closing;
    bystander other;
    attach(closing.reading.get());
    attach(other.reading.get());
    std::string text(16, ' ');
    request read(opcode::read, closing.reading.get(), bytes_of(text));
    submit(read);
    submit(other.read);
    EXPECT_EQ(poll(0ns), 0U);
    write_to(closing.writing.get(), "for the one that closes");
    close(other.reading);
    const native_handle number = closing.reading.get();
    close(closing.reading);

    pipe_ends next;
    write_to(next.writing.get(), "not for it");
    const unique_handle same_number(::dup2(next.reading.get(), number));
    finish(read);
    EXPECT_TRUE(read.was_canceled()) << read.error.message() << ": " << text;
    finish(other.read);
    EXPECT_EQ(read_from(same_number.get()), "not for it");
}

TEST_P(BackendEdge, CancelsAReadWhoseBytesSomebodyElseHasTaken) {
    pipe_ends shared;
    bystander other;
    attach(shared.reading.get());
    attach(other.reading.get());
    std::string text(16, ' ');
    request read(opcode::read, shared.reading.get(), bytes_of(text));
    submit(read);
    submit(other.read);
    EXPECT_EQ(poll(0ns), 0U);
    write_to(shared.writing.get(), "x");
    close(other.reading);
    EXPECT_EQ(read_from(shared.reading.get()), "x");
    kernel().cancel(read);
    finish(read);
    EXPECT_TRUE(read.was_canceled()) << read.error.message();
}

TEST_P(BackendEdge, CancelsWhatIsInFlightOnAClosedHandleAlsoAfterARefusedRequest) {
    socket_pair closing = open_attached_pair();
    socket_pair refused = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, closing.one.get(), bytes_of(text));
    submit(receive);
    EXPECT_EQ(poll(0ns), 0U);
    // More pieces than a datagram can be made of, which the kernel sees before it does anything.
    std::string byte = "x";
    const std::vector<io_buffer> pieces(2000, buffer_of(bytes_of(byte)));
    request too_many(opcode::send_to, refused.one.get());
    too_many.buffers = pieces;
    submit(too_many);
    close(closing.one);
    EXPECT_TRUE(ends_soon(closing.other.get())) << "the kernel still holds the closed socket";
    finish(receive);
    EXPECT_TRUE(receive.was_canceled()) << receive.error.message();
    finish(too_many);
    EXPECT_EQ(too_many.error, std::errc::message_size) << too_many.error.message();
}

TEST_P(BackendEdge, SendsAsManyPiecesAsTheKernelTakes) {
    socket_pair pair = open_attached_pair();
    std::string byte = "x";
    const std::vector<io_buffer> pieces(2000, buffer_of(bytes_of(byte)));
    request send(opcode::send, pair.one.get());
    send.buffers = pieces;
    perform(send);
    EXPECT_EQ(send.error, std::error_code()) << send.error.message();
    EXPECT_GT(send.value, 0U);
    EXPECT_LE(send.value, 2000U);
}

// Room for more bytes than 32 bits count, of which hardly any is ever touched.
class vast_memory {
public:
    explicit vast_memory(std::size_t size)
        : bytes_(
              static_cast<std::byte*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)),
              size) {
        EXPECT_NE(bytes_.data(), MAP_FAILED);
    }
    vast_memory(const vast_memory&) = delete;
    vast_memory& operator=(const vast_memory&) = delete;
    ~vast_memory() { ::munmap(bytes_.data(), bytes_.size()); }

    std::span<std::byte> bytes() const noexcept { return bytes_; }

private:
    std::span<std::byte> bytes_;
};

TEST_P(BackendEdge, TakesBuffersOfSeveralGigabytes) {
    constexpr std::size_t gigabyte = std::size_t{1} << 30;
    for (const std::size_t size : {3 * gigabyte, 4 * gigabyte, 4 * gigabyte + 3}) {
        const vast_memory memory(size);
        socket_pair pair = open_attached_pair();
        send_all(pair.other.get(), "hello");
        request receive(opcode::receive, pair.one.get(), memory.bytes());
        perform(receive);
        EXPECT_EQ(receive.error, std::error_code()) << size << ": " << receive.error.message();
        EXPECT_EQ(receive.value, 5U) << size;
        // The peer takes nothing, so it is a part of it at most.
        make_non_blocking(pair.one.get());
        request send(opcode::send, pair.one.get(), memory.bytes());
        submit(send);
        poll(0ns);
        kernel().cancel(send);
        finish(send);
        EXPECT_TRUE(send.was_canceled() || (!send.error && send.value > 5))
            << size << ": " << send.error.message() << ' ' << send.value;
        close(pair.one);
        close(pair.other);
    }
}

TEST_P(BackendEdge, ReceivesWhatComesBehindUrgentData) {
    socket_pair pair = open_tcp_pair();
    attach(pair.one.get());
    std::string text(16, ' ');
    request before(opcode::receive, pair.one.get(), bytes_of(text));
    submit(before);
    EXPECT_EQ(poll(0ns), 0U);
    send_all(pair.other.get(), "a");
    ASSERT_EQ(::send(pair.other.get(), "!", 1, MSG_OOB), 1);
    send_all(pair.other.get(), "b");
    finish(before);
    EXPECT_EQ(text.substr(0, before.value), "a");
    request behind(opcode::receive, pair.one.get(), bytes_of(text));
    perform(behind);
    EXPECT_EQ(text.substr(0, behind.value), "b");
}

void send_with_a_descriptor(native_handle socket, std::string_view text) {
    iovec piece{const_cast<char*>(text.data()), text.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &socket, sizeof(int));
    ASSERT_EQ(::sendmsg(socket, &message, 0), static_cast<ssize_t>(text.size()));
}

TEST_P(BackendEdge, ReceivesWhatComesBehindADescriptorThatNobodyTakes) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request before(opcode::receive, pair.one.get(), bytes_of(text));
    submit(before);
    EXPECT_EQ(poll(0ns), 0U);
    send_with_a_descriptor(pair.other.get(), "one");
    send_all(pair.other.get(), "two");
    finish(before);
    EXPECT_EQ(text.substr(0, before.value), "one");
    request behind(opcode::receive, pair.one.get(), bytes_of(text));
    perform(behind);
    EXPECT_EQ(text.substr(0, behind.value), "two");
}

TEST_P(BackendEdge, ReportsASocketThatCannotAccept) {
    const listening_socket datagrams = open_datagram_socket();
    attach(datagrams.handle.get());
    request accept(opcode::accept, datagrams.handle.get());
    perform(accept);
    EXPECT_EQ(accept.error, std::errc::operation_not_supported) << accept.error.message();
}

TEST_P(BackendEdge, GoesOnAcceptingWhenAnotherListenerWasShutDown) {
    const listening_socket good = open_listener();
    const listening_socket bad = open_listener();
    attach(good.handle.get());
    attach(bad.handle.get());
    const auto accept_one = [&] {
        request accept(opcode::accept, good.handle.get());
        submit(accept);
        EXPECT_EQ(poll(0ns), 0U);
        const unique_handle client = connect_to(good.at);
        finish(accept);
        EXPECT_EQ(accept.error, std::error_code()) << accept.error.message();
        const unique_handle accepted(static_cast<native_handle>(accept.value));
    };
    accept_one();
    request hopeless(opcode::accept, bad.handle.get());
    submit(hopeless);
    EXPECT_EQ(poll(0ns), 0U);
    ::shutdown(bad.handle.get(), SHUT_RD);
    finish(hopeless);
    EXPECT_TRUE(hopeless.error);
    for (int i = 0; i < 3; ++i) accept_one();
}

struct local_datagram_socket {
    explicit local_datagram_socket(const endpoint& at) {
        std::error_code error;
        handle = open_socket(address_family::local, socket_type::datagram, error);
        EXPECT_FALSE(error);
        EXPECT_EQ(bind_socket(handle.get(), at), std::error_code());
    }
    unique_handle handle;
};

TEST_P(BackendEdge, LosesNothingOfADatagramThatHasToWaitForRoom) {
    endpoint receiver_at = endpoint::local(path("receiver"));
    const local_datagram_socket receiver(receiver_at);
    const local_datagram_socket sender(endpoint::local(path("sender")));
    attach(sender.handle.get());
    request connect(opcode::connect, sender.handle.get());
    connect.peer = &receiver_at;
    submit(connect);
    finish(connect);
    ASSERT_FALSE(connect.error) << connect.error.message();
    std::string text = "datagram";
    const auto expect_text = [&] { EXPECT_EQ(receive_some(receiver.handle.get()), text); };
    int sent = 0;
    for (; sent < 5000; ++sent) {  // the queue of a socket takes far fewer
        request send(opcode::send_to, sender.handle.get(), bytes_of(text));
        submit(send);
        if (send.returns == 0) poll(0ns);
        if (send.returns > 0) continue;
        expect_text();
        --sent;
        finish(send);
        EXPECT_EQ(send.error, std::error_code()) << send.error.message();
        EXPECT_EQ(send.value, text.size());
        ++sent;
        break;
    }
    ASSERT_LT(sent, 5000);
    for (; sent > 0; --sent) expect_text();
}

TEST_P(BackendEdge, SaysThatAReceiverItIsNotConnectedToIsFull) {
    endpoint full_at = endpoint::local(path("full"));
    endpoint other_at = endpoint::local(path("other"));
    const local_datagram_socket full(full_at);
    const local_datagram_socket other(other_at);
    const local_datagram_socket filler(endpoint::local(path("filler")));
    const local_datagram_socket sender(endpoint::local(path("sender")));
    attach(filler.handle.get());
    attach(sender.handle.get());
    std::string text = "datagram";
    const auto send_from = [&](const local_datagram_socket& from, endpoint& to) {
        request send(opcode::send_to, from.handle.get(), bytes_of(text));
        send.peer = &to;
        submit(send);
        finish(send);
        return send.error;
    };
    int sent = 0;
    while (sent < 5000 && !send_from(filler, full_at)) ++sent;
    EXPECT_EQ(send_from(sender, full_at), std::errc::resource_unavailable_try_again);
    EXPECT_EQ(send_from(sender, other_at), std::error_code()) << "nobody is held up by the other";
    for (; sent > 0; --sent) EXPECT_EQ(receive_some(full.handle.get()), text);
    EXPECT_EQ(send_from(sender, full_at), std::error_code());
}

TEST_P(BackendEdge, IsLeftAloneByAForkedChildThatClosesWhatItHasOfIt) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    request accept(opcode::accept, listener.handle.get());
    submit(accept);
    EXPECT_EQ(poll(0ns), 0U);
    for (const bool closes : {false, true}) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (closes) close(pair.one);
            end_backend();
            ::_exit(0);
        }
        int status = -1;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    send_all(pair.other.get(), "still here");
    finish(receive);
    EXPECT_EQ(text.substr(0, receive.value), "still here");
    kernel().cancel(accept);
    finish(accept);
}

// Two numbers of one open file, as the standard streams of a terminal are.
TEST_P(BackendEdge, LeavesAnotherHandleOfTheSameFileAlone) {
    socket_pair pair = open_attached_pair();
    pipe_ends pipe;
    unique_handle same_socket(::dup(pair.one.get()));
    unique_handle same_pipe(::dup(pipe.reading.get()));
    attach(same_socket.get());
    attach(pipe.reading.get());
    attach(same_pipe.get());
    std::string texts[4] = {"    ", "    ", "    ", "    "};
    request receive(opcode::receive, pair.one.get(), bytes_of(texts[0]));
    request closing_receive(opcode::receive, same_socket.get(), bytes_of(texts[1]));
    request read(opcode::read, pipe.reading.get(), bytes_of(texts[2]));
    request closing_read(opcode::read, same_pipe.get(), bytes_of(texts[3]));
    for (request* const each : {&receive, &closing_receive, &read, &closing_read}) submit(*each);
    EXPECT_EQ(poll(0ns), 0U);
    close(same_socket);
    close(same_pipe);
    finish(closing_receive);
    EXPECT_TRUE(closing_receive.was_canceled()) << closing_receive.error.message();
    finish(closing_read);
    EXPECT_TRUE(closing_read.was_canceled()) << closing_read.error.message();
    send_all(pair.other.get(), "1234");
    write_to(pipe.writing.get(), "5678");
    finish(receive);
    EXPECT_EQ(receive.error, std::error_code()) << receive.error.message();
    EXPECT_EQ(texts[0], "1234");
    finish(read);
    EXPECT_EQ(read.error, std::error_code()) << read.error.message();
    EXPECT_EQ(texts[2], "5678");
}

TEST_P(BackendEdge, ReceivesAllIntoMorePiecesThanTheKernelTakes) {
    socket_pair pair = open_tcp_pair();
    attach(pair.one.get());
    constexpr std::size_t total = 5000;
    send_all(pair.other.get(), std::string(total, 'x'));
    std::string room(2000, ' ');
    std::vector<io_buffer> pieces;
    for (char& each : room) pieces.push_back({&each, 1});
    std::size_t received = 0;
    while (received < total) {
        request receive(opcode::receive, pair.one.get());
        receive.buffers = pieces;
        perform(receive);
        ASSERT_EQ(receive.error, std::error_code()) << receive.error.message();
        ASSERT_GT(receive.value, 0U);
        received += receive.value;
    }
    EXPECT_EQ(received, total);
}

}  // namespace
}  // namespace eddy::testing
