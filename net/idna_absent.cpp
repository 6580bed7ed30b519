// Stands in for idna.cpp where libidn2 was not found, or was not wanted (EDDY_IDNA=OFF). "xn--" is
// refused as well: what stands behind it could not be checked.
#include "idna.hpp"

namespace eddy {

url_error append_idna_label(std::string&, const std::string&) {
    return url_error::no_idna;
}

}  // namespace eddy
