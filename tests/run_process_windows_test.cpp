#include <eddy/run_process.hpp>

#include "support/process_fixture.hpp"

#include <eddy/subprocess.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using RunProcess = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, RunProcess, ::testing::ValuesIn(backend_names()), name_of_loop);

command shell(std::string script) {
    return command("cmd", "/c", std::move(script));
}

TEST_P(RunProcess, TellsTheExitCode) {
    EXPECT_TRUE(run(run_process(shell("exit 0"))).succeeded());
    const finished_process failed = run(run_process(shell("exit 3")));
    EXPECT_FALSE(failed.succeeded());
    EXPECT_EQ(failed.exit.code, 3);
}

TEST_P(RunProcess, TakesWhatIsWrittenAndWhatIsComplainedOf) {
    const finished_process done = run(run_process(shell("echo result& echo trouble 1>&2")));
    EXPECT_THAT(done.output, StartsWith("result"));
    EXPECT_THAT(done.error, StartsWith("trouble"));
}

TEST_P(RunProcess, GivesItItsInput) {
    const command repeat("cmd", "/v:on", "/c", "set /p line=& echo it was !line!");
    EXPECT_THAT(run(run_process(repeat, "given\r\n")).output, StartsWith("it was given"));
}

TEST_P(RunProcess, NamesAProgramThatIsNotThere) {
    try {
        run(run_process(command("there-is-no-such-program")));
        ADD_FAILURE() << "it was started";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_THAT(error.what(), HasSubstr("there-is-no-such-program"));
    }
}

TEST_P(RunProcess, StopsTheProgramWhenTimeIsUp) {
    // The fixture sees that no process is left.
    auto endless = run_process(shell("for /l %i in (0,0,1) do rem"));
    EXPECT_THROW(run(with_timeout(100ms, std::move(endless))), timeout_error);
}

TEST_P(RunProcess, PutsAVariableInPlaceOfTheOneThatIsSpeltOtherwise) {
    command asks = shell("echo %EDDY_TEST%");
    asks.variable("eddy_test", "small").variable("EDDY_TEST", "large");
    EXPECT_THAT(run(run_process(asks)).output, StartsWith("large"));
    int named = 0;
    for (const std::string& each : asks.environment())
        if (each.starts_with("eddy_test=") || each.starts_with("EDDY_TEST=")) ++named;
    EXPECT_EQ(named, 1);
}

task<process_exit> stop_one_without_a_group() {
    subprocess child = subprocess::start(shell("for /l %i in (0,0,1) do rem"));
    co_return co_await child.stop(1h);
}

// It cannot be asked: Ctrl-Break would reach this program as well.
TEST_P(RunProcess, IsKilledAtOnceWhereItLeadsNoGroup) {
    EXPECT_NE(run(stop_one_without_a_group()).signal, 0);
}

}  // namespace
}  // namespace eddy::testing
