#include <eddy/code_image.hpp>

#include <algorithm>
#include <string_view>

#include <mach-o/dyld.h>
#include <mach-o/loader.h>

namespace eddy {
namespace {

// A Mach-O file begins with a header, and behind it stand commands for the loader, each with its
// kind and its size (mach-o/loader.h).
template <class Visit>
void visit_commands(const mach_header_64& header, Visit visit) noexcept {
    const auto* at = reinterpret_cast<const std::byte*>(&header + 1);
    for (std::uint32_t i = 0; i < header.ncmds; ++i) {
        const auto& command = *reinterpret_cast<const load_command*>(at);
        visit(command);
        at += command.cmdsize;
    }
}

// The segments with code and data. The first page of a program is kept empty, and what the linker
// notes for itself may be shared by many libraries.
bool is_content(const segment_command_64& segment) noexcept {
    const std::string_view name(segment.segname);
    return segment.vmsize > 0 && name != SEG_PAGEZERO && name != SEG_LINKEDIT;
}

// Empty if the address lies in none of its segments.
code_image image_around(const void* address, const mach_header_64& header,
                        std::uintptr_t slide) noexcept {
    code_image image{.begin = UINTPTR_MAX, .end = 0, .build_id = {}};
    bool found = false;
    visit_commands(header, [&](const load_command& command) {
        if (command.cmd == LC_UUID) {
            const auto& note = reinterpret_cast<const uuid_command&>(command);
            image.build_id = std::as_bytes(std::span(note.uuid));
        }
        if (command.cmd != LC_SEGMENT_64) return;
        const auto& segment = reinterpret_cast<const segment_command_64&>(command);
        if (!is_content(segment)) return;
        const code_image part{.begin = slide + segment.vmaddr,
                              .end = slide + segment.vmaddr + segment.vmsize,
                              .build_id = {}};
        image.begin = std::min(image.begin, part.begin);
        image.end = std::max(image.end, part.end);
        found = found || part.contains(address);
    });
    return found ? image : code_image();
}

}  // namespace

code_image find_code_image(const void* address) noexcept {
    for (std::uint32_t i = 0; i < ::_dyld_image_count(); ++i) {
        const auto* header = reinterpret_cast<const mach_header_64*>(::_dyld_get_image_header(i));
        if (header == nullptr) continue;  // it was unloaded while we looked
        const auto slide = static_cast<std::uintptr_t>(::_dyld_get_image_vmaddr_slide(i));
        const code_image image = image_around(address, *header, slide);
        if (image.contains(address)) return image;
    }
    return {};
}

}  // namespace eddy
