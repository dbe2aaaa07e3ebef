// What stays in memory of the cases: the latest used, as many as fit.
#include "engine/runtime/case_cache.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace reeve::runtime {
namespace {

using testing::ElementsAre;

constexpr std::size_t kib = 1024;

core::CaseState with_data(std::size_t bytes) {
    core::CaseState state;
    state.data = Json{{"statement", std::string(bytes, 'x')}, {"floor", 3}, {"rooms", {1, nullptr, true}}};
    return state;
}

// Which of c-0, c-1, … are there.
std::vector<int> kept(CaseCache& cache, int of) {
    std::vector<int> found;
    for (int n = 0; n < of; ++n)
        if (cache.find(fmt::format("c-{}", n))) found.push_back(n);
    return found;
}

TEST(CaseCache, GreatCasesAreFewerThanSmallOnes) {
    CaseCache small(0, 4096 * kib), great(0, 4096 * kib);
    for (int n = 0; n < 1000; ++n) {
        small.add(fmt::format("c-{}", n), with_data(400), nullptr);
        great.add(fmt::format("c-{}", n), with_data(100 * kib), nullptr);
        ASSERT_LE(great.bytes(), 4096 * kib + 110 * kib) << "one more than fits, until the next";
    }
    EXPECT_GT(small.size(), 700u);
    EXPECT_GT(great.size(), 35u);
    EXPECT_LT(great.size(), 42u);
    EXPECT_TRUE(great.find("c-999"));
    EXPECT_FALSE(great.find("c-0")) << "used longest ago";
}

TEST(CaseCache, WhatWaitsForASecondPersonIsWeighedToo) {
    CaseCache without(0, 4096 * kib), with(0, 4096 * kib);
    without.add("c-0", with_data(10), nullptr);
    auto state = with_data(10);
    state.requests.emplace_back().wish = {{"reason", std::string(50 * kib, 'x')}};
    with.add("c-0", std::move(state), nullptr);
    EXPECT_GT(with.bytes(), without.bytes() + 50 * kib);
}

TEST(CaseCache, WhatGrewWhileItWasPinnedIsWeighedAnew) {
    CaseCache cache(0, 1024 * kib);
    for (int n = 0; n < 40; ++n) cache.add(fmt::format("c-{}", n), with_data(kib), nullptr).pins = 1;
    EXPECT_EQ(cache.size(), 40u);
    for (int n = 0; n < 40; ++n) cache.find(fmt::format("c-{}", n))->state = with_data(50 * kib);
    for (int n = 0; n < 39; ++n) cache.unpin(fmt::format("c-{}", n));
    EXPECT_LT(cache.size(), 22u);
    EXPECT_TRUE(cache.find("c-39")) << "pinned still: its state stands nowhere else";
    const auto before = cache.bytes();
    cache.drop("c-39");
    EXPECT_LT(cache.bytes(), before);
    cache.clear();
    EXPECT_EQ(cache.bytes(), 0u);
}

TEST(CaseCache, AsManyAsWereSaidAndTheOneAtWorkStays) {
    CaseCache cache(3, 1);  // no byte is too much
    for (int n = 0; n < 5; ++n) cache.add(fmt::format("c-{}", n), with_data(10), nullptr);
    EXPECT_THAT(kept(cache, 5), ElementsAre(2, 3, 4));
}

}  // namespace
}  // namespace reeve::runtime
