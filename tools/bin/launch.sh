# What tourbillon, etcd and tbctl share: where java is, the class path, the flags, the class-data archive. Sourced, not run.
# No process is started on the way of a tbctl call other than java itself: each costs milliseconds.

tools_dir="$(cd -P -- "${BASH_SOURCE[0]%/*}/.." && printf '%s' "$PWD")"
# Where it was unpacked the jars lie beside bin/, where it was built in target/.
if [ -r "$tools_dir/tourbillon-tools.jar" ]; then
    jar_dir="$tools_dir"
else
    jar_dir="$tools_dir/target"
fi
tools_jar="$jar_dir/tourbillon-tools.jar"
# Elsewhere by the directory's name, which tells versions apart: the JVM takes no archive of other jars.
archive_dir="${TOURBILLON_CLASS_DATA_DIR:+$TOURBILLON_CLASS_DATA_DIR/${tools_dir##*/}}"
archive_dir="${archive_dir:-$jar_dir/class-data}"
rehearsal_dir="$archive_dir/rehearsal"
rehearsal_pid=""

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

# Rehearses a start: a node of its own, talked to and ended; the JVM writes down the classes it loaded. Of nodes that start together one does, the
# others go on without: the lock is that JVM's too, and the kernel's to take back. Whatever it writes lies in one directory until the whole archive is
# renamed: it goes when the rehearsal ends or is ended, and before the next if both were killed.
make_archive()
{
    command -v flock > /dev/null && mkdir -p -- "$archive_dir" 2> /dev/null && [ -w "$archive_dir" ] || return 0
    { exec 9> "$archive_dir/lock"; } 2> /dev/null || return 0
    if flock -n 9 && archive_is_wanted; then
        printf 'tourbillon: preparing a class-data archive for a quick start (once for each build)\n' >&2
        trap end_rehearsal TERM INT HUP
        rehearse
        trap - TERM INT HUP
    fi
    exec 9>&-
}

rehearse()
{
    { rm -rf -- "$rehearsal_dir" && mkdir -- "$rehearsal_dir"; } 2> /dev/null || return 0
    "$java_bin" "${java_flags[@]}" -Xmx256m -XX:ArchiveClassesAtExit="$rehearsal_dir/made" -Xlog:disable -cp "$tools_jar" \
        io.tourbillon.tools.server.Rehearsal "$rehearsal_dir" > "$archive_dir/rehearsal.log" 2>&1 &
    rehearsal_pid="$!"
    if ! { wait "$rehearsal_pid" && [ -s "$rehearsal_dir/made" ] && mv -f -- "$rehearsal_dir/made" "$archive"; }; then
        # Not needed for anything but a quick start; the log says why. Not tried again until the next build.
        : > "$archive.failed"
    fi
    rm -rf -- "$rehearsal_dir"
}

# Killed, since a JVM that ends by itself writes the archive first. The exit code is a node's that was asked to stop.
end_rehearsal()
{
    trap '' TERM INT HUP
    if [ -n "$rehearsal_pid" ]; then
        { kill -KILL "$rehearsal_pid" && wait "$rehearsal_pid"; } 2> /dev/null || true
    fi
    rm -rf -- "$rehearsal_dir"
    exit 0
}

# Of several that find nothing built one builds, the others wait for it.
build_if_never_built()
{
    [ -r "$tools_jar" ] && return 0
    exec 8< "$tools_dir"
    if command -v flock > /dev/null; then
        flock 8
    fi
    if [ -r "$tools_jar" ]; then
        exec 8<&-
        return 0
    fi
    command -v mvn > /dev/null || complain "was never built and there is no mvn on the PATH: install Maven, or run mvn -q -DskipTests package elsewhere"
    printf '%s: never built; building with mvn -q -DskipTests package (once, a minute or two)\n' "${0##*/}" >&2
    (cd -- "$tools_dir/.." && mvn -q -B -ntp -Dstyle.color=never -DskipTests package) >&2 || complain "the build failed"
    exec 8<&-
}

# Becomes a node. $1 its main class, then its options.
launch_node()
{
    local main_class="$1"
    shift
    find_java
    build_if_never_built
    set_flags
    name_archive
    if archive_is_wanted; then
        make_archive
    fi
    use_archive

    # Large off-heap blocks (page pool, ring) in huge pages where the kernel allows it on request: fewer TLB misses; glibc before 2.35 ignores it.
    export GLIBC_TUNABLES="${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}"

    # The data is off the heap; the heap holds what was made at start.
    # Descriptors are looked up by their boxed numbers, which are cached up to 127 only unless told otherwise.
    # Netty's buffers for etcd's clients lie outside the heap and have a bound of their own: all who read slowly together get no more memory than this.
    # Nobody looks at its ids of channels, so a start need not search the network interfaces for something that makes them unique.
    # A start runs much code a little: what is not hot for longer than the JVM would wait is left to its quick compiler, which takes a fifth off the
    # processor's time until it serves. Under load these counts are reached in a moment.
    local late_compiler="-XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=2400 -XX:Tier4CompileThreshold=60000
        -XX:Tier4BackEdgeThreshold=160000"
    # shellcheck disable=SC2086
    exec "$java_bin" "${java_flags[@]}" $late_compiler -Xms64m -Xmx256m -XX:AutoBoxCacheMax=4096 -XX:+ExitOnOutOfMemoryError -XX:MaxDirectMemorySize=256m \
        -Dio.netty.machineId=00:00:00:00:00:00:00:01 -Dio.netty.processId=1 ${JAVA_OPTS:-} \
        -cp "$tools_jar" "$main_class" "$@"
}
