# What the scripts of this folder share: where java is, the class path, the flags. Sourced, not run.

self="${BASH_SOURCE[1]}"
while [ -L "$self" ]; do self="$(readlink -f -- "$self")"; done
perf_dir="$(cd -P -- "${self%/*}/.." && pwd)"
root_dir="$(cd -P -- "$perf_dir/.." && pwd)"

complain()
{
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

if [ -n "${JAVA_HOME:-}" ]; then
    java_bin="$JAVA_HOME/bin/java"
else
    java_bin="$(command -v java)" || complain "needs a JDK 17 or later: set JAVA_HOME or put java on the PATH"
fi
java_major="$("$java_bin" -version 2>&1 | sed -n '1s/[^"]*"\([0-9]*\).*/\1/p')"
[ "${java_major:-0}" -ge 17 ] || complain "needs a JDK 17 or later"

# Built once; after a change run: mvn -q compile
if [ ! -r "$perf_dir/target/classpath" ]; then
    printf '%s: never built; building (once, a minute or two)\n' "${0##*/}" >&2
    (cd -- "$root_dir" && mvn -q -B -pl perf -am compile) >&2 || complain "the build failed"
fi
class_path="$perf_dir/target/classes:$(cat -- "$perf_dir/target/classpath")"

# What Chronicle and Agrona need of the JDK (the parent pom has the same list for the tests).
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
    -Dtourbillon.launcher="$root_dir/tools/bin/tourbillon"
    -XX:+UseSerialGC
)
if [ "$java_major" -ge 24 ]; then
    java_flags+=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
fi

# As tools/bin/tourbillon has it: a node that a rig starts inherits it.
export GLIBC_TUNABLES="${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}"

launch()
{
    # shellcheck disable=SC2086
    exec "$java_bin" "${java_flags[@]}" ${PERF_JAVA_OPTS:-} -cp "$class_path" "$@"
}
