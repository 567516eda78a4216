package io.tourbillon.codecs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Random bytes and texts are secrets alike. */
class SecretFileTest
{
    @TempDir
    Path directory;

    private byte[] read(final byte[] content) throws IOException
    {
        final Path file = directory.resolve("secret");
        Files.write(file, content);
        if (Files.getFileStore(file).supportsFileAttributeView("posix"))
        {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        return SecretFile.read(file);
    }

    @Test
    void shouldTakeThirtyTwoBytesWhateverTheyEndWith() throws IOException
    {
        final byte[] bytes = new byte[SecretFile.LENGTH_MIN];
        for (int last = 0; last < 256; last++)
        {
            bytes[bytes.length - 1] = (byte)last;
            assertArrayEquals(bytes, read(bytes));
        }
        Arrays.fill(bytes, 20, bytes.length, (byte)'\n');
        assertArrayEquals(bytes, read(bytes));
    }

    @Test
    void shouldNotCountTheLineEndsBehindAText() throws IOException
    {
        final String text = "x".repeat(SecretFile.LENGTH_MIN);
        for (final String end : new String[]{"", "\n", "\r\n", "\n\n\r"})
        {
            assertArrayEquals(text.getBytes(US_ASCII), read((text + end).getBytes(US_ASCII)));
        }
    }

    @Test
    void shouldRefuseWhatIsTooShort()
    {
        final IllegalArgumentException refusal =
            assertThrows(IllegalArgumentException.class, () -> read(new byte[SecretFile.LENGTH_MIN - 1]));
        assertEquals("holds 31 bytes: a key has at least 32", refusal.getMessage());
    }
}
