#include "backend_fixture.hpp"

namespace eddy::testing {

void backend_fixture::SetUp() {
    try {
        backend_ = make_backend(GetParam()).chosen;
    } catch (const std::system_error& refusal) {
        // Containers forbid io_uring by default. Not silent: the case counts as skipped, by name.
        GTEST_SKIP() << "this machine refuses " << GetParam() << ": " << refusal.what();
    }
}

void backend_fixture::attach(native_handle handle) {
    ASSERT_EQ(kernel().attach(handle), std::error_code());
}

void backend_fixture::close(unique_handle& handle) {
    kernel().detach(handle.get());
    handle.reset();
}

void backend_fixture::submit(request& op) {
    if (!kernel().submit(op)) ++op.returns;
}

std::size_t backend_fixture::poll(std::optional<duration> timeout) {
    operation_list completed;
    kernel().poll(timeout, completed);
    std::size_t count = 0;
    for (; !completed.empty(); ++count) {
        auto& op = static_cast<request&>(completed.pop_front());
        op.in_flight = false;
        ++op.returns;
    }
    return count;
}

void backend_fixture::finish(request& op) {
    // Longer than any of it takes; a case that hangs fails here with its name.
    const time_point latest = kernel().now() + std::chrono::seconds(20);
    while (op.returns == 0) {
        poll(latest - kernel().now());
        ASSERT_LT(kernel().now(), latest) << to_string(op.code) << " did not come back";
    }
}

void backend_fixture::perform(request& op) {
    submit(op);
    finish(op);
}

socket_pair backend_fixture::open_attached_pair() {
    socket_pair made = open_pair();
    attach(made.one.get());
    attach(made.other.get());
    return made;
}

std::string name_of_backend(const ::testing::TestParamInfo<std::string_view>& backend) {
    return std::string(backend.param);
}

}  // namespace eddy::testing
