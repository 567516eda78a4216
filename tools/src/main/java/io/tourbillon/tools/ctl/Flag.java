package io.tourbillon.tools.ctl;

/** One flag of a command: its name, what it may be and its default, as etcdctl's help shows them. */
final class Flag
{
    /** How a value reads. */
    enum Kind
    {
        /** Present, or {@code =true}, {@code =false}. */
        BOOLEAN,
        /** Any text. */
        TEXT,
        /** A decimal number of 64 bits. */
        NUMBER,
        /** A number with a unit: 500ms, 5s, 1m30s. */
        DURATION
    }

    final String name;
    final char shorthand;
    final Kind kind;
    final String defaultValue;
    final String help;

    Flag(final String name, final char shorthand, final Kind kind, final String defaultValue, final String help)
    {
        this.name = name;
        this.shorthand = shorthand;
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.help = help;
    }

    /** As in a help text: {@code -w, --write-out="simple"}. */
    String label()
    {
        final String value = switch (kind)
        {
            case BOOLEAN -> "[=" + defaultValue + "]";
            case TEXT -> "=\"" + defaultValue + "\"";
            default -> "=" + defaultValue;
        };
        return (shorthand == 0 ? "    " : "-" + shorthand + ", ") + "--" + name + value;
    }
}
