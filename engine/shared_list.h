// A list whose copies share their elements: copying it costs a pointer an element, whatever an element holds.
// No element is changed in place; edit() puts a changed copy in its stead, and what other lists hold stands.
// A value: copies may be read in several threads, each list is changed by one.
#pragma once

#include <algorithm>
#include <boost/iterator/indirect_iterator.hpp>
#include <memory>
#include <vector>

#include "engine/describe.h"

namespace reeve {

template <class T>
class SharedList {
    using Items = std::vector<std::shared_ptr<const T>>;

  public:
    using value_type = T;
    using const_iterator = boost::indirect_iterator<typename Items::const_iterator>;

    const_iterator begin() const { return items_.begin(); }
    const_iterator end() const { return items_.end(); }
    std::size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    const T& operator[](std::size_t i) const { return *items_[i]; }
    const T& back() const { return *items_.back(); }

    void push_back(T item) { items_.push_back(std::make_shared<const T>(std::move(item))); }

    template <class Change>
    void edit(std::size_t i, Change change) {
        auto item = std::make_shared<T>(*items_[i]);
        change(*item);
        items_[i] = std::move(item);
    }
    template <class Where, class Change>
    void edit_where(Where where, Change change) {
        for (std::size_t i = 0; i < items_.size(); ++i)
            if (where(*items_[i])) edit(i, change);
    }

    // Whether both hold the very same element there: it has not been edited since one was copied.
    bool shares(std::size_t i, const SharedList& other) const {
        return i < size() && i < other.size() && items_[i] == other.items_[i];
    }
    bool operator==(const SharedList& other) const {
        return std::ranges::equal(items_, other.items_,
                                  [](const auto& a, const auto& b) { return a == b || *a == *b; });
    }

  private:
    Items items_;
};

namespace describe {
template <class T>
inline constexpr bool is_vector<SharedList<T>> = true;
}  // namespace describe

}  // namespace reeve
