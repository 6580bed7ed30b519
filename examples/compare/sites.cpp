#include "sites.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string_view>

namespace comparison {
namespace {

constexpr double smallest = 2'000;
constexpr double largest = 240'000;

constexpr std::array<std::string_view, 40> words = {
    "water",  "current", "stone", "river",  "turns",  "slowly",  "behind",  "every",
    "bridge", "where",   "small", "whirls", "gather", "leaves",  "light",   "and",
    "the",    "of",      "a",     "in",     "under",  "against", "morning", "people",
    "watch",  "them",    "spin",  "before", "they",   "drift",   "toward",  "open",
    "sea",    "again",   "with",  "no",     "hurry",  "at",      "all",     "today"};

class writer {
public:
    writer(std::size_t site, std::size_t page)
        : random_(static_cast<std::uint32_t>(site * 7919 + page * 104729 + 1)) {}

    // Sizes of web pages are spread evenly on a logarithmic scale, more or less.
    std::size_t page_size() {
        const double share =
            static_cast<double>(random_()) / static_cast<double>(std::mt19937::max());
        return static_cast<std::size_t>(smallest * std::pow(largest / smallest, share));
    }

    std::string sentence() {
        std::string text;
        const std::size_t length = 6 + random_() % 14;
        for (std::size_t i = 0; i < length; ++i) {
            text.append(i == 0 ? "" : " ").append(words[random_() % words.size()]);
        }
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
        return text + ". ";
    }

private:
    std::mt19937 random_;
};

}  // namespace

std::string page_path(std::size_t page) {
    return "/articles/" + std::to_string(page) + ".html";
}

std::string page_body(std::size_t site, std::size_t page) {
    writer writes(site, page);
    const std::size_t size = writes.page_size();
    const std::string title = "Site " + std::to_string(site) + ", article " + std::to_string(page);

    std::string html =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title +
        "</title>\n</head>\n<body>\n<h1>" + title + "</h1>\n";
    const std::string end = "</body>\n</html>\n";
    while (html.size() + end.size() < size) {
        html.append("<p>");
        for (int sentences = 0; sentences < 5; ++sentences) html.append(writes.sentence());
        html.append("<a href=\"")
            .append(page_path(html.size() % 20))
            .append("\">Read on</a></p>\n");
    }
    return html + end;
}

}  // namespace comparison
