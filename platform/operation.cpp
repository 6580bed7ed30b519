#include <eddy/operation.hpp>

namespace eddy {

const char* to_string(opcode code) noexcept {
    switch (code) {
        case opcode::accept: return "accept";
        case opcode::connect: return "connect";
        case opcode::receive: return "receive";
        case opcode::send: return "send";
        case opcode::receive_from: return "receive from";
        case opcode::send_to: return "send to";
        case opcode::read: return "read";
        case opcode::write: return "write";
        case opcode::readable: return "wait until readable";
        case opcode::writable: return "wait until writable";
        case opcode::read_at: return "read";
        case opcode::write_at: return "write";
    }
    return "operation";
}

}  // namespace eddy
