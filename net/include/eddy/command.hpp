#pragma once

#include <eddy/backend.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace eddy {

/// Where a standard stream of a process leads.
enum class redirect : std::uint8_t {
    pipe,     ///< to this program
    inherit,  ///< where that of this program leads
    nothing,  ///< nowhere: empty to read, and takes everything that is written
};

/// A program to be run and how: `command("tar", "-c", folder).working_directory("/srv")`. No shell
/// is between: an argument arrives as it is, whatever is in it. Only a zero byte no system passes
/// on: text that contains one is refused with std::invalid_argument.
class command {
public:
    /// `program` is a path, or a name that is looked for in PATH. A batch file of Windows is none:
    /// run cmd.exe, whose rules for arguments are its own.
    template <std::convertible_to<std::string>... Arguments>
    explicit command(std::string program, Arguments&&... arguments)
        : arguments_{whole(std::move(program)),
                     whole(std::string(std::forward<Arguments>(arguments)))...} {}

    command& argument(std::string text) {
        arguments_.push_back(whole(std::move(text)));
        return *this;
    }
    const std::string& program() const noexcept { return arguments_.front(); }
    /// The first one is the program.
    const std::vector<std::string>& arguments() const noexcept { return arguments_; }

    /// One variable of its environment, in addition to those of this program, or in place of one.
    /// Throws std::invalid_argument for a name that is empty or contains '='.
    command& variable(std::string name, std::string value);
    /// It gets none of this program's variables.
    command& empty_environment() {
        starts_empty_ = true;
        return *this;
    }
    /// "NAME=value", as the process gets it.
    std::vector<std::string> environment() const;

    /// The folder in which it starts; empty: the one of this program.
    command& working_directory(std::string path) {
        working_directory_ = whole(std::move(path));
        return *this;
    }
    const std::string& working_directory() const noexcept { return working_directory_; }

    /// Unless told otherwise, there is nothing to read for it, and what it writes comes by pipes.
    command& standard_input(redirect where) {
        input_ = where;
        return *this;
    }
    redirect standard_input() const noexcept { return input_; }
    command& standard_output(redirect where) {
        output_ = where;
        return *this;
    }
    redirect standard_output() const noexcept { return output_; }
    command& standard_error(redirect where) {
        error_ = where;
        return *this;
    }
    redirect standard_error() const noexcept { return error_; }
    /// Its standard error goes where its standard output goes, in the order in which it writes.
    command& merge_error() {
        merges_error_ = true;
        return *this;
    }
    bool merges_error() const noexcept { return merges_error_; }

    /// It leads a group of its own: no Ctrl-C of the terminal reaches it, and when it is stopped,
    /// so is every process that it has started.
    command& own_group() {
        own_group_ = true;
        return *this;
    }
    bool has_own_group() const noexcept { return own_group_; }

    /// How long `run_process` waits between asking it to terminate and killing it.
    command& grace(duration time) {
        grace_ = time;
        return *this;
    }
    duration grace() const noexcept { return grace_; }

    /// How many bytes of output `run_process` takes, and how many of errors, before it gives up.
    command& output_limit(std::size_t bytes) {
        output_limit_ = bytes;
        return *this;
    }
    std::size_t output_limit() const noexcept { return output_limit_; }

private:
    // The same text, which the system would cut at a zero byte.
    static std::string whole(std::string text);

    std::vector<std::string> arguments_;
    std::vector<std::pair<std::string, std::string>> variables_;
    bool starts_empty_ = false;
    std::string working_directory_;
    redirect input_ = redirect::nothing;
    redirect output_ = redirect::pipe;
    redirect error_ = redirect::pipe;
    bool merges_error_ = false;
    bool own_group_ = false;
    duration grace_ = std::chrono::seconds(3);
    std::size_t output_limit_ = std::size_t{64} << 20;
};

}  // namespace eddy
