#include <eddy/certificate.hpp>

#include <eddy/file_path.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace eddy {

namespace {

using time_point = std::chrono::system_clock::time_point;

void write_file(const std::string& name, const std::string& text, std::filesystem::perms allowed) {
    const std::filesystem::path path = to_path(name);
    // The file gets its permissions while it is still empty, so no one reads a key in between.
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary).flush();
    std::error_code failure;
    std::filesystem::permissions(path, allowed, failure);
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) throw std::system_error(errno, std::generic_category(), "write " + name);
}

}  // namespace

void certificate::write(const std::string& chain_path, const std::string& key_path) const {
    using std::filesystem::perms;
    const perms owner = perms::owner_read | perms::owner_write;
    write_file(chain_path, chain, owner | perms::group_read | perms::others_read);
    write_file(key_path, key, owner);
}

certificate_request& certificate_request::name(std::string_view host) {
    names_.emplace_back(host);
    return *this;
}

certificate_request& certificate_request::common_name(std::string_view text) {
    common_name_ = text;
    return *this;
}

certificate_request& certificate_request::valid(time_point from, time_point until) {
    from_ = from;
    until_ = until;
    return *this;
}

}  // namespace eddy
