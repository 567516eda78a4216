package io.tourbillon.tools;

/** Which build this is. */
public final class Version
{
    private Version()
    {
    }

    /** @return the version in the jar's manifest; "development" when the classes do not come from a jar. Any thread. */
    public static String text()
    {
        final String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
