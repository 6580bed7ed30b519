#pragma once

#include "counted.hpp"

#include <eddy/task.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace eddy::testing {

/// A way to write an await: a task that makes `counted` objects in it, and gives 5.
struct await_form {
    const char* name;
    task<int> (*write)();
};

inline std::ostream& operator<<(std::ostream& out, const await_form& form) {
    return out << form.name;
}

/// Names a case after its form.
inline std::string name_of_form(const ::testing::TestParamInfo<await_form>& form) {
    return form.param.name;
}

/// Fails unless each object is destroyed once when the work ends.
void expect_right_to_the_end(const await_form& form);
/// Fails unless each object is destroyed once when the work is cancelled half-way.
void expect_right_when_cancelled(const await_form& form);

// Tasks for the forms to await. All of them sleep for a while.

task<int> value_of(counted object);
task<int> value_of_reference(const counted& object);
task<int> sum_of(counted one, counted two);
task<counted> make_counted(int value);

}  // namespace eddy::testing
