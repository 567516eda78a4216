package io.tourbillon.tools.ctl;

import io.tourbillon.transport.aeron.Node;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.errors.DistinctErrorLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What tbctl sees in the data directory of a node that runs, and of one that is dead. */
@Timeout(120)
class InspectTest
{
    private static final int PUTS = 7;

    @TempDir
    Path directory;
    private final CtlRig rig = new CtlRig();
    private Node node;
    private String data;

    @BeforeEach
    void launch() throws IOException
    {
        final int port = CtlRig.freePort();
        data = directory.resolve("data").toString();
        node = rig.launch(CtlRig.config("inspected", Path.of(data), port));
        for (int i = 0; i < PUTS; i++)
        {
            rig.put(CtlRig.endpoint(port), "k" + i, "v");
        }
    }

    @AfterEach
    void close()
    {
        rig.close();
    }

    private static long number(final String json, final String name)
    {
        final Matcher matcher = Pattern.compile('"' + Pattern.quote(name) + "\":(-?\\d+)").matcher(json);
        assertTrue(matcher.find(), () -> name + " is not in " + json);
        return Long.parseLong(matcher.group(1));
    }

    private String json(final int exitCode, final String what)
    {
        return rig.run(exitCode, "", "inspect", what, data, "-w", "json");
    }

    @Test
    void shouldShowARunningNodeAndTheSameOneDead()
    {
        final String live = rig.run(0, "", "top", data, "--count", "2", "--interval", "300ms", "-w", "json");
        assertEquals(2, live.lines().count(), live);
        final String last = live.lines().skip(1).findFirst().orElseThrow();
        assertEquals(PUTS, number(last, "keys"));
        assertTrue(last.contains("\"leader\":\"this\"") && last.contains("\"forceP50Ms\":null"), last);
        assertEquals(PUTS, number(json(0, "counters"), "requests.put"));
        assertTrue(rig.run(0, "", "inspect", "errors", data).contains("errors: none"));
        final String journal = json(0, "journal");
        assertTrue(number(journal, "entry") >= PUTS + 1 && journal.contains("\"end\":\"open\""), journal);
        final long lastIndex = number(json(0, "raft"), "lastIndex");
        assertEquals(number(journal, "last"), lastIndex);

        node.close();
        assertTrue(json(0, "counters").contains("\"state\":\"closed\""));
        final String store = json(0, "store");
        assertEquals(PUTS + 1, number(store, "revision"));
        assertEquals(lastIndex, number(store, "appliedIndex"));
        assertTrue(store.contains("{\"tree\":\"keys\",\"entries\":" + PUTS + ",\"live\":" + PUTS), store);
        assertTrue(store.contains("\"damage\":null") && number(store, "pagesProven") >= 2, store);
        rig.run(1, "", "top", data);
        assertTrue(rig.errors().contains(": closed"), rig.errors());
    }

    @Test
    void shouldShowTheErrorsThatANodeHasMet() throws IOException
    {
        node.close();
        try (FileChannel channel = FileChannel.open(Path.of(data, "counters"), StandardOpenOption.READ, StandardOpenOption.WRITE))
        {
            final int length = 64 * 1024; // the errors are the file's last part
            final ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, channel.size() - length, length);
            final DistinctErrorLog errors = new DistinctErrorLog(new UnsafeBuffer(mapped), SystemEpochClock.INSTANCE);
            final IllegalStateException planted = new IllegalStateException("planted \"here\"");
            errors.record(planted);
            errors.record(planted);
        }
        final String text = rig.run(0, "", "inspect", "errors", data);
        assertTrue(text.contains("java.lang.IllegalStateException: planted \"here\" |"), text);
        assertTrue(text.contains("\n\tat " + getClass().getName()), text);
        final String json = rig.run(0, "", "inspect", "errors", data, "--json");
        assertEquals(2, number(json, "count"));
        assertTrue(json.contains("\"error\":\"java.lang.IllegalStateException: planted \\\"here\\\"\",\"trace\":\"java.lang."), json);
    }

    /** A turned bit wherever the store has a value: in pages that are used, and perhaps in some that are free. */
    @Test
    void shouldFindADamagedPageOfAStoreUnlessAskedNotToLook() throws IOException
    {
        node.close();
        final Path store = Path.of(data, "store");
        final byte[] bytes = Files.readAllBytes(store);
        int turned = 0;
        for (int i = 0; i + 1 < bytes.length; i++)
        {
            if (bytes[i] == 'k' && bytes[i + 1] == '3')
            {
                bytes[i + 1] ^= 4;
                turned++;
            }
        }
        assertTrue(turned > 0);
        Files.write(store, bytes);
        final String damaged = json(1, "store");
        assertTrue(Pattern.compile("\"damage\":\"[^\"]*page \\d+ is damaged: its checksum is ").matcher(damaged).find(), damaged);
        final String fast = rig.run(0, "", "inspect", "store", data, "--json", "--fast");
        assertTrue(!fast.contains("damage") && number(fast, "metaPagesIntact") == 2, fast);
        bytes[100] ^= 1; // in the first meta page
        Files.write(store, bytes);
        assertEquals(1, number(rig.run(1, "", "inspect", "store", data, "--json", "--fast"), "metaPagesIntact"));
    }

    @Test
    void shouldNameWhatIsDamagedOrNotThere() throws IOException
    {
        node.close();
        final Path segment = Path.of(data, "journal", "00000001.cq4");
        final long used = number(json(0, "journal"), "used");
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE))
        {
            channel.write(ByteBuffer.wrap(new byte[]{1, 2, 3, 4, 5, 6, 7, 8}), used / 2);
        }
        final String journal = json(1, "journal");
        assertTrue(journal.contains("\"end\":\"damaged\"") && number(journal, "used") < used, journal);
        assertFalse(json(1, "raft").isEmpty());
        rig.run(6, "", "inspect", "journal", directory.toString());
        assertTrue(rig.errors().contains("there is no " + directory.resolve("journal")), rig.errors());
        rig.run(1, "", "inspect", "counters", directory.toString());
        assertTrue(rig.errors().contains("there is no file"), rig.errors());
        rig.run(128, "", "top", data, "--interval", "1ms");
        rig.run(4, "", "inspect", "store", data, "-w", "table");
    }
}
