package io.tourbillon.transport.aeron;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is said of a key file that cannot be one. */
class ClusterKeyTest
{
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path directory;

    private Path write(final String text, final String permissions) throws IOException
    {
        final Path file = Files.writeString(directory.resolve("key"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    private void assertRefused(final Path file, final String why)
    {
        final String message = assertThrows(NodeException.class, () -> ClusterKey.read(file)).getMessage();
        assertTrue(message.startsWith("cluster-key-file=" + file) && message.contains(why), message);
        assertFalse(message.contains(SECRET.substring(0, 8)), "says the secret");
    }

    @Test
    void shouldSayWhatIsWrongWithTheFile() throws IOException
    {
        assertRefused(directory.resolve("absent"), "no such file");
        assertRefused(directory, "is a directory");
        assertRefused(write(SECRET.substring(2) + "\n", "rw-------"), "holds 31 bytes: a key has at least 32");
        assertRefused(write("x".repeat(5000), "rw-------"), "holds 5000 bytes: a key has at most 4096");
        for (final String permissions : new String[]{"rw----r--", "rw-----w-", "rw--w----", "rw-r--r--"})
        {
            assertRefused(write(SECRET, permissions), "others may read or change it");
        }
    }

    @Test
    void shouldReadTextsAndBytes() throws IOException
    {
        final FrameMac mac = new FrameMac(64);
        final byte[] expected = mac.of(new ClusterKey(SECRET.getBytes(StandardCharsets.US_ASCII)).derive(mac, "test", 1), new byte[1]);
        for (final String permissions : new String[]{"rw-------", "r--r-----"})
        {
            final ClusterKey key = ClusterKey.read(write(SECRET, permissions));
            assertArrayEquals(expected, mac.of(key.derive(mac, "test", 1), new byte[1]));
            Files.delete(directory.resolve("key"));
        }
        final ClusterKey withLineEnd = ClusterKey.read(write(SECRET + "\r\n", "rw-------"));
        assertArrayEquals(expected, mac.of(withLineEnd.derive(mac, "test", 1), new byte[1]));
        assertFalse(Arrays.equals(expected, mac.of(withLineEnd.derive(mac, "test", 2), new byte[1])), "same for other words");
        assertFalse(Arrays.equals(expected, mac.of(withLineEnd.derive(mac, "tesu", 1), new byte[1])), "same for another purpose");
        assertFalse(withLineEnd.toString().contains(SECRET));
    }
}
