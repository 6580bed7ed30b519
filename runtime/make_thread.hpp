#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace eddy {

/// A thread that does `work`. Where there is none to be had, the C++ library only says "Resource
/// temporarily unavailable"; this says whose thread it was to be.
template <class Work>
std::thread make_thread(std::string_view whose, Work&& work) {
    try {
        return std::thread(std::forward<Work>(work));
    } catch (const std::system_error& error) {
        throw std::system_error(error.code(), "start a thread of " + std::string(whose));
    }
}

}  // namespace eddy
