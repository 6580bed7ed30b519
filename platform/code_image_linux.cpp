#include <eddy/code_image.hpp>

#include <algorithm>
#include <cstring>

#include <elf.h>
#include <link.h>

namespace eddy {
namespace {

constexpr std::size_t aligned(std::size_t size) noexcept {
    return (size + 3) / 4 * 4;
}

// Looks for the linker's note in a segment of notes: each is a header, a name and a description,
// all of them in units of four bytes (elf(5), "Notes (Nhdr)").
std::span<const std::byte> build_id_in(std::span<const std::byte> notes) noexcept {
    while (notes.size() >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) header;
        std::memcpy(&header, notes.data(), sizeof header);
        const std::size_t name = sizeof header;
        const std::size_t description = name + aligned(header.n_namesz);
        const std::size_t next = description + aligned(header.n_descsz);
        if (next > notes.size()) break;
        const bool is_gnu = header.n_namesz == 4 && std::memcmp(notes.data() + name, "GNU", 4) == 0;
        if (is_gnu && header.n_type == NT_GNU_BUILD_ID)
            return notes.subspan(description, header.n_descsz);
        notes = notes.subspan(next);
    }
    return {};
}

struct search {
    const void* address;
    code_image found;
};

code_image image_of(const dl_phdr_info& info) noexcept {
    code_image image{.begin = UINTPTR_MAX, .end = 0, .build_id = {}};
    for (const ElfW(Phdr) & each : std::span(info.dlpi_phdr, info.dlpi_phnum)) {
        const std::uintptr_t begin = info.dlpi_addr + each.p_vaddr;
        if (each.p_type == PT_LOAD) {
            image.begin = std::min(image.begin, begin);
            image.end = std::max(image.end, begin + each.p_memsz);
        } else if (each.p_type == PT_NOTE && image.build_id.empty()) {
            image.build_id = build_id_in({reinterpret_cast<const std::byte*>(begin), each.p_memsz});
        }
    }
    return image;
}

}  // namespace

code_image find_code_image(const void* address) noexcept {
    search asked{address, {}};
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            search& answer = *static_cast<search*>(data);
            const code_image image = image_of(*info);
            if (!image.contains(answer.address)) return 0;
            answer.found = image;
            return 1;
        },
        &asked);
    return asked.found;
}

}  // namespace eddy
