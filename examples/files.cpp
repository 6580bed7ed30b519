// Counts the lines of files, all of them at once, and keeps the figures in a file of its own.
//   files REPORT FILE…       (try it with: files /tmp/report *.md)

#include <eddy/eddy.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>

namespace {

// A large file is read piece by piece: only one of them is in memory.
eddy::task<std::string> count_lines(std::string path) {
    const eddy::file opened = co_await eddy::file::open(path);
    std::vector<std::byte> piece(256 * 1024);
    std::uint64_t offset = 0;
    std::ptrdiff_t lines = 0;
    while (const std::size_t size = co_await opened.read_at(piece, offset)) {
        lines += std::count(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size),
                            std::byte('\n'));
        offset += size;
    }
    co_return path + ": " + std::to_string(lines) + " lines, " + std::to_string(offset) +
        " bytes\n";
}

eddy::task<> report(std::string into, std::vector<std::string> paths) {
    std::vector<eddy::task<std::string>> counts;
    for (const std::string& path : paths) counts.push_back(count_lines(path));

    std::string text;
    for (const std::string& line : co_await eddy::gather(std::move(counts))) text += line;
    // Whoever reads the report meanwhile gets the old one or the new one, and never half of it.
    co_await eddy::write_file(into, text);
    std::cout << co_await eddy::read_file(into);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: files REPORT FILE…\n";
        return 2;
    }
    try {
        eddy::run(report(argv[1], std::vector<std::string>(argv + 2, argv + argc)));
    } catch (const std::exception& error) {
        std::cerr << "files: " << error.what() << '\n';
        return 1;
    }
}
