#include "engine/runtime/lateness.h"

#include <algorithm>
#include <cmath>

namespace reeve::runtime {

void Lateness::add(Millis late) {
    late = std::max(late, Millis{0});
    const auto range = std::ranges::lower_bound(bounds, late.count()) - bounds.begin();
    ++counts_[static_cast<std::size_t>(range)];
    ++count_;
    greatest_ = std::max(greatest_, late);
}

Millis Lateness::at(double share) const {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i)
        if ((below += counts_[i]) >= wanted && below > 0) return std::min(Millis{bounds[i]}, greatest_);
    return greatest_;
}

}  // namespace reeve::runtime
