# Sourced by scripts that unpack Debian packages without installing them: the machine's apt sources, package database
# and PATH stay as they are. Sets $root and $cache, and defines die, apt_private and unpack.
#
# The caller sets $me, its own name for messages.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SIDEEYE_CACHE:-$root/.cache}
apt=$cache/apt

die() { echo "$me: $*" >&2; exit 1; }

# apt_private ARGUMENT...: apt-get or apt-cache over all suites that we draw from, with lists of its own.
apt_private() {
    local tool=$1; shift
    "$tool" -q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" \
        -o APT::Sandbox::User=root -o Acquire::Languages=none -o Dir::Etc::Preferences=/dev/null \
        -o Dir::Etc::PreferencesParts=/dev/null "$@"
}

# Reads the package lists unless they are of today. One process at a time; the others wait and find them fresh.
apt_lists() {
    local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    # The mirror is the machine's own: the first Debian URI that its sources name.
    mirror=$(grep -rhoE '(https?|file|mirror\+file):[^ ]*/debian/?( |$)' /etc/apt/sources.list \
        /etc/apt/sources.list.d 2>/dev/null | head -n1 | tr -d ' ' || true)
    [ -n "$mirror" ] || die "/etc/apt names no Debian mirror (looked for a URI ending in /debian)"
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    exec {lists_lock}>"$apt/lists.lock"
    flock "$lists_lock"
    if [ -z "$(find "$apt/lists" -maxdepth 1 -name '*Packages*' -mmin -1440 2>/dev/null | head -n1)" ]; then
        echo "$me: reading Debian's package lists" >&2
        for suite in bookworm bookworm-backports trixie trixie-backports sid; do
            echo "deb [signed-by=$keyring] $mirror $suite main"
        done > "$apt/sources.list"
        apt_private apt-get update >"$apt/update.log" 2>&1 || die "apt-get update failed; see $apt/update.log"
    fi
    exec {lists_lock}>&-
}

# unpack FOLDER PACKAGE...: downloads the newest version that any of the suites holds (or PACKAGE/SUITE, or
# PACKAGE=VERSION) and unpacks it into FOLDER.
unpack() {
    local folder=$1 download package; shift
    download=$(mktemp -d "$apt/download.XXXX")
    (cd "$download" && apt_private apt-get download "$@" >"$apt/download.log" 2>&1) \
        || die "cannot download $*; see $apt/download.log"
    mkdir -p "$folder"
    for package in "$download"/*.deb; do dpkg -x "$package" "$folder"; done
    rm -rf "$download"
}

# unpack_foreign ARCHITECTURE FOLDER PACKAGE...: the same for another architecture, of Debian 12 alone, with lists of
# its own: the machine's architectures stay as they are. Needs apt_lists before.
unpack_foreign() {
    local architecture=$1 folder=$2 own=$apt apt=$apt-$1 option; shift 2
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    grep -w 'bookworm' "$own/sources.list" >"$apt/sources.list"
    option=(-o APT::Architecture="$architecture" -o APT::Architectures="$architecture")
    apt_private apt-get "${option[@]}" update >"$apt/update.log" 2>&1 || die "apt-get update failed; see $apt/update.log"
    unpack "$folder" "${option[@]}" "$@"
}
