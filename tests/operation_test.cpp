#include <eddy/operation.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace eddy {
namespace {

constexpr opcode all_codes[] = {
    opcode::accept,  opcode::connect,  opcode::receive,  opcode::send,    opcode::receive_from,
    opcode::send_to, opcode::readable, opcode::writable, opcode::read_at, opcode::write_at};

TEST(Operation, HasAVerbOfItsOwnForEachCode) {
    std::set<std::string> verbs;
    for (const opcode code : all_codes) verbs.insert(to_string(code));
    EXPECT_EQ(verbs.size(), std::size(all_codes));
    EXPECT_TRUE(verbs.contains("receive"));
    EXPECT_TRUE(verbs.contains("connect"));
}

TEST(Operation, IsNotInFlightUntilItIsSubmitted) {
    const operation fresh;
    EXPECT_FALSE(fresh.in_flight);
    EXPECT_FALSE(fresh.error);
    EXPECT_EQ(fresh.handle, invalid_handle);
    EXPECT_EQ(fresh.peer, nullptr);
}

}  // namespace
}  // namespace eddy
