# What tourbillon and tbctl share: where java is, the class path, the flags, the class-data archive. Sourced, not run.
# No process is started on the way of a tbctl call other than java itself: each costs milliseconds.

tools_dir="$(cd -P -- "${BASH_SOURCE[0]%/*}/.." && printf '%s' "$PWD")"
tools_jar="$tools_dir/target/tourbillon-tools.jar"
archive_dir="$tools_dir/target/class-data"

complain()
{
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

# Sets java_bin, java_version (as in the JDK's own release file) and java_major.
find_java()
{
    if [ -n "${JAVA_HOME:-}" ]; then
        java_bin="$JAVA_HOME/bin/java"
        [ -x "$java_bin" ] || complain "JAVA_HOME=$JAVA_HOME has no bin/java"
    else
        java_bin="$(command -v java)" || complain "needs a JDK 17 or later: set JAVA_HOME or put java on the PATH"
    fi
    local resolved="$java_bin" line
    while [ -L "$resolved" ]; do
        resolved="$(readlink -f -- "$resolved")"
    done
    java_version=""
    local release="${resolved%/bin/java}/release"
    if [ -r "$release" ]; then
        while IFS= read -r line; do
            case "$line" in
                JAVA_VERSION=*) java_version="${line#JAVA_VERSION=}"; java_version="${java_version//\"/}" ;;
            esac
        done < "$release"
    fi
    if [ -z "$java_version" ]; then
        line="$("$java_bin" -version 2>&1)"
        java_version="${line#*\"}"
        java_version="${java_version%%\"*}"
    fi
    java_major="${java_version%%[.+-]*}"
    case "$java_major" in
        ''|*[!0-9]*) complain "cannot tell the version of $java_bin: \"$java_version\"" ;;
    esac
    [ "$java_major" -ge 17 ] || complain "needs a JDK 17 or later, $java_bin is $java_version"
}

# Sets java_flags: what Chronicle and Agrona need of the JDK (the parent pom has the same list for the tests).
set_flags()
{
    java_flags=(
        --add-exports java.base/jdk.internal.ref=ALL-UNNAMED
        --add-exports java.base/sun.nio.ch=ALL-UNNAMED
        --add-exports jdk.unsupported/sun.misc=ALL-UNNAMED
        --add-opens java.base/java.lang=ALL-UNNAMED
        --add-opens java.base/java.lang.reflect=ALL-UNNAMED
        --add-opens java.base/java.io=ALL-UNNAMED
        --add-opens java.base/java.util=ALL-UNNAMED
        --add-opens java.base/java.nio=ALL-UNNAMED
        --add-opens java.base/sun.nio.ch=ALL-UNNAMED
        --add-opens java.base/jdk.internal.misc=ALL-UNNAMED
        -Dchronicle.analytics.disable=true
        -XX:+UseSerialGC
        -XX:-UsePerfData
    )
    if [ "$java_major" -ge 24 ]; then
        java_flags+=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
    fi
}

# Sets archive: named by the JDK's version, so that another JDK makes its own. The JVM itself checks that the jars are those it was made from.
name_archive()
{
    archive="$archive_dir/$java_version.jsa"
}

archive_is_wanted()
{
    ! archive_is_current && [ ! "$archive.failed" -nt "$tools_jar" ] && [ "${TOURBILLON_CLASS_DATA:-on}" = on ]
}

archive_is_current()
{
    [ -r "$archive" ] && [ "$archive" -nt "$tools_jar" ]
}

# Adds the archive to java_flags if it is there. A stale or broken one is ignored by the JVM: it only costs time, so nothing is said of it (a newer
# JDK reports on each start that our exports were not those of its own archive).
use_archive()
{
    if archive_is_current; then
        java_flags+=(-XX:SharedArchiveFile="$archive" -Xshare:auto -Xlog:disable -Xlog:all=error,cds*=off:stderr)
    fi
}

# Starts a node of its own in a temporary directory, talks to it, ends it; the JVM writes down the classes it loaded. Beside this shell, which waits
# for it: a SIGTERM ends the shell at once, and the archive is there for the next start.
make_archive()
{
    mkdir -p -- "$archive_dir"
    rehearse &
    wait "$!"
}

rehearse()
{
    local made="$archive.$$"
    if "$java_bin" "${java_flags[@]}" -Xmx256m -XX:ArchiveClassesAtExit="$made" -Xlog:disable -cp "$tools_jar" \
        io.tourbillon.tools.server.Rehearsal > "$archive_dir/rehearsal.log" 2>&1 && [ -s "$made" ]; then
        mv -f -- "$made" "$archive"
    else
        # Not needed for anything but a quick start; the log says why. Not tried again until the next build.
        rm -f -- "$made"
        : > "$archive.failed"
    fi
}

build_if_never_built()
{
    [ -r "$tools_jar" ] && return 0
    command -v mvn > /dev/null || complain "was never built and there is no mvn on the PATH: install Maven, or run mvn -q -DskipTests package elsewhere"
    printf '%s: never built; building with mvn -q -DskipTests package (once, a minute or two)\n' "${0##*/}" >&2
    (cd -- "$tools_dir/.." && mvn -q -B -ntp -Dstyle.color=never -DskipTests package) >&2 || complain "the build failed"
}
