#include <eddy/serialization.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <complex>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include <cereal/types/base_class.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/variant.hpp>

namespace eddy {
namespace {

struct point {
    int x;
    double y;
    bool operator==(const point&) const = default;
};

class without_default {
public:
    explicit without_default(int value) : value_(value) {}
    bool operator==(const without_default&) const = default;

private:
    int value_;
};

struct base {
    int number = 0;
    template <class Archive>
    void serialize(Archive& archive) {
        archive(number);
    }
};

struct page : base {
    std::string title;
    std::vector<std::string> words;
    std::map<std::string, point> places;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(cereal::base_class<base>(this), cereal::make_nvp("title", title), words, places);
    }
    bool operator==(const page& other) const {
        return number == other.number && title == other.title && words == other.words &&
               places == other.places;
    }
};

// Just bytes, but some of them must not be copied.
struct with_pointer {
    const char* text;
    int number;
    template <class Archive>
    void serialize(Archive& archive) {
        text = nullptr;
        archive(number);
    }
};

}  // namespace
}  // namespace eddy

namespace elsewhere {

struct name {
    std::string text;
    bool operator==(const name&) const = default;
};
template <class Archive>
void save(Archive& archive, const name& what) {
    archive(what.text);
}
template <class Archive>
void load(Archive& archive, name& what) {
    archive(what.text);
}

}  // namespace elsewhere

namespace eddy {
namespace {

static_assert(plain_bytes<point> && plain_bytes<std::optional<int>> && !plain_bytes<with_pointer>);
static_assert(process_value<with_pointer> && process_value<page>);
static_assert(!process_value<int*> && !process_value<int (*)(int)>);
static_assert(!process_value<std::string_view> && !process_value<std::span<int>>);
static_assert(!process_value<std::reference_wrapper<int>>);
static_assert(!process_value<std::function<void()>>);

template <class T>
T there_and_back(const T& value) {
    payload_writer writer;
    encode(writer, value);
    const payload written = std::move(writer).finish();
    payload_reader reader(written.bytes);
    T read = decode<T>(reader);
    EXPECT_EQ(reader.left(), 0U) << "something was written that was not read";
    return read;
}

template <class T>
void expect_unchanged(const T& value) {
    EXPECT_TRUE(there_and_back(value) == value);
}

TEST(Serialization, CopiesPlainTypesAsTheirBytes) {
    expect_unchanged(7);
    expect_unchanged(point{1, 2.5});
    expect_unchanged(without_default(3));
    expect_unchanged(std::chrono::seconds(3));
    expect_unchanged(std::complex<double>(1, 2));
    expect_unchanged(std::array<point, 2>{point{1, 2}, point{3, 4}});
    expect_unchanged(std::optional<int>(4));
}

TEST(Serialization, CopiesContainersOfPlainTypesAsOneBlock) {
    expect_unchanged(std::vector<int>{1, 2, 3});
    expect_unchanged(std::vector<int>{});
    expect_unchanged(std::vector<point>{point{1, 2}, point{3, 4}});
    expect_unchanged(std::vector<without_default>{without_default(1), without_default(2)});
    expect_unchanged(std::string("text with \0 in it", 17));
    expect_unchanged(std::u16string(u"wide"));
}

TEST(Serialization, HandsOtherStandardTypesToCereal) {
    expect_unchanged(std::vector<std::string>{"one", "", "three"});
    expect_unchanged(std::vector<bool>{true, false, true});
    expect_unchanged(std::map<std::string, std::vector<double>>{{"a", {1, 2}}, {"b", {}}});
    expect_unchanged(std::pair<int, std::string>(1, "one"));
    expect_unchanged(std::tuple<int, double, std::string>(1, 2.5, "three"));
    expect_unchanged(std::optional<std::string>("text"));
    expect_unchanged(std::variant<int, std::string>("text"));
    EXPECT_EQ(*there_and_back(std::make_unique<std::string>("owned")), "owned");
}

TEST(Serialization, UsesTheFunctionsOfATypeThatHasThem) {
    page value;
    value.number = 3;
    value.title = "title";
    value.words = {"a", "b"};
    value.places = {{"here", {1, 2}}};
    expect_unchanged(value);
    expect_unchanged(elsewhere::name{"text"});
    expect_unchanged(std::vector{elsewhere::name{"one"}, elsewhere::name{"two"}});

    const with_pointer read = there_and_back(with_pointer{"text", 5});
    EXPECT_EQ(read.text, nullptr);
    EXPECT_EQ(read.number, 5);
}

TEST(Serialization, ReadsABlockThatLiesAnywhere) {
    payload_writer writer;
    encode(writer, std::vector<point>{point{1, 2}, point{3, 4}});
    const payload written = std::move(writer).finish();
    for (std::size_t offset = 0; offset < 8; ++offset) {
        std::vector<std::byte> moved(offset);
        moved.insert(moved.end(), written.bytes.begin(), written.bytes.end());
        payload_reader reader(std::span<const std::byte>(moved).subspan(offset));
        const auto read = decode<std::vector<point>>(reader);
        ASSERT_EQ(read, (std::vector{point{1, 2}, point{3, 4}})) << offset;
    }
}

template <class T>
void expect_no_prefix_is_read(const T& value) {
    payload_writer writer;
    encode(writer, value);
    const payload written = std::move(writer).finish();
    for (std::size_t size = 0; size < written.bytes.size(); ++size) {
        // On the heap, so that reading beyond the end is seen.
        const std::vector<std::byte> cut(written.bytes.data(), written.bytes.data() + size);
        payload_reader reader(cut);
        EXPECT_THROW(decode<T>(reader), serialization_error) << size;
    }
}

TEST(Serialization, FindsOutWhatIsCutOff) {
    expect_no_prefix_is_read(std::uint64_t{1});
    expect_no_prefix_is_read(std::string("text"));
    expect_no_prefix_is_read(std::vector<int>{1, 2, 3});
    expect_no_prefix_is_read(std::vector<std::string>{"one", "two"});
    expect_no_prefix_is_read(std::map<std::string, int>{{"a", 1}});
}

TEST(Serialization, DoesNotBelieveASizeThatCannotBe) {
    for (const std::uint64_t size :
         {std::uint64_t{100}, ~std::uint64_t{0}, ~std::uint64_t{0} / 4}) {
        payload_writer writer;
        encode(writer, size);
        encode(writer, 0);
        const payload written = std::move(writer).finish();
        payload_reader one(written.bytes);
        EXPECT_THROW(decode<std::vector<int>>(one), serialization_error);
        payload_reader two(written.bytes);
        EXPECT_THROW(decode<std::vector<std::string>>(two), serialization_error);
    }
}

}  // namespace
}  // namespace eddy
