// Boost.URL, whose library Debian splits from the headers: this file is all of it.
#include <boost/url/src.hpp>
