#pragma once

#include "temporary_folder.hpp"

#include <eddy/certificate.hpp>
#include <eddy/endpoint.hpp>
#include <eddy/process.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace eddy::testing {

/// Somebody else's HTTP server as a process beside the test, which serves files on loopback over
/// http and https. The test listens and hands the listening sockets over: so the system chooses the
/// ports, nobody can take them in between, and there is nothing to wait for. Killed by the
/// destructor.
class foreign_server {
public:
    enum class kind { nginx, python };

    explicit foreign_server(kind which);
    foreign_server(const foreign_server&) = delete;
    foreign_server& operator=(const foreign_server&) = delete;
    ~foreign_server();

    /// The folder it serves: put files there.
    void write(std::string_view name, std::string_view text) const;

    std::string http(std::string_view path) const;
    std::string https(std::string_view path) const;
    /// What its certificate was issued by.
    const std::string& authority_pem() const noexcept { return authority_.pem(); }

    /// What it wrote to its log, for messages.
    std::string log() const;

private:
    void start_nginx();
    void start_python();
    void start(const std::string& program, std::vector<std::string> arguments,
               std::vector<std::string> environment);

    temporary_folder folder_;
    certificate_authority authority_;
    endpoint plain_at_;
    endpoint secure_at_;
    unique_handle plain_;
    unique_handle secure_;
    child_process process_;
};

}  // namespace eddy::testing
