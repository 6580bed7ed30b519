#include <eddy/udp_socket.hpp>

#include "support/datagrams.hpp"
#include "support/process_fixture.hpp"

#include <eddy/subprocess.hpp>

#include <gmock/gmock.h>

#include <array>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using UdpSocketPeers = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, UdpSocketPeers, ::testing::ValuesIn(backend_names()), name_of_loop);

task<std::string> error_of_talking_to_nobody(endpoint& nobody) {
    udp_socket gone = udp_socket::bind(endpoint::loopback());
    nobody = gone.local();
    gone.close();
    udp_socket client = udp_socket::open();
    co_await client.connect(nobody);
    co_await client.send(bytes_of("hello?"));
    std::array<std::byte, 10> room{};
    try {
        co_await client.receive(room);
    } catch (const std::system_error& error) {
        co_return error.what();
    }
    co_return "no error";
}

TEST_P(UdpSocketPeers, TellsThatNobodyIsThere) {
    endpoint nobody;
    const std::string error = run(error_of_talking_to_nobody(nobody));
    EXPECT_THAT(error, AllOf(HasSubstr("refused"), HasSubstr(nobody.to_string())));
}

constexpr const char* python_echo = R"(
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
data, who = s.recvfrom(100)
s.sendto(data.upper(), who)
)";

task<std::string> ask_python() {
    subprocess python = subprocess::start(command("python3", "-c", python_echo));
    std::array<std::byte, 16> line{};
    const std::size_t size = co_await python.output().read(line);
    const std::string port(reinterpret_cast<const char*>(line.data()), size);
    udp_socket client = udp_socket::open();
    const auto number = static_cast<std::uint16_t>(std::stoi(port));
    co_await client.send_to(bytes_of("question"), endpoint::loopback(number));
    const datagram answer = co_await receive_from(client);
    co_await python.wait();
    co_return answer.text;
}

TEST_P(UdpSocketPeers, SpeaksWithPython) {
    EXPECT_EQ(run(ask_python()), "QUESTION");
}

}  // namespace
}  // namespace eddy::testing
