package io.tourbillon.transport.http;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** etcd's health pages: what is checked in which order, and in which words it is told. */
class HealthPagesTest
{
    private static final class Patient implements Vitals
    {
        private final List<String> alarms = new ArrayList<>();
        private final List<String> asked = new ArrayList<>();
        private boolean hasLeader = true;
        private boolean isLearner;
        private String linearizable;
        private String serializable;

        @Override
        public List<String> alarms()
        {
            return alarms;
        }

        @Override
        public boolean hasLeader()
        {
            return hasLeader;
        }

        @Override
        public boolean isLearner()
        {
            return isLearner;
        }

        @Override
        public String read(final boolean isSerializable)
        {
            asked.add(isSerializable ? "serializable" : "linearizable");
            return isSerializable ? serializable : linearizable;
        }
    }

    private final Patient patient = new Patient();
    private final Pages pages = new Pages(patient, (accept) -> PageReply.text(200, "figures as " + accept),
        new StatusPage(() -> "{}"), "1.2.3");

    private PageReply get(final String pathAndQuery)
    {
        final String[] parts = pathAndQuery.split("\\?", 2);
        return pages.reply(new PageRequest("GET", parts[0], parts.length > 1 ? parts[1] : null, "text/x"));
    }

    private void assertReply(final int status, final String body, final String pathAndQuery)
    {
        final PageReply reply = get(pathAndQuery);
        assertEquals(body, new String(reply.body(), UTF_8));
        assertEquals(status, reply.status());
    }

    @Test
    void shouldBeHealthyAfterALinearizableRead()
    {
        assertReply(200, "{\"health\":\"true\",\"reason\":\"\"}", "/health");
        assertEquals(List.of("linearizable"), patient.asked);
        assertEquals("application/json", get("/health").contentType());
    }

    @Test
    void shouldReadOnTheMemberAloneIfSoAsked()
    {
        patient.hasLeader = false;
        patient.linearizable = "etcdserver: no leader";
        assertReply(200, "{\"health\":\"true\",\"reason\":\"\"}", "/health?serializable=true");
        assertEquals(List.of("serializable"), patient.asked);
    }

    @Test
    void shouldNameTheFirstThingThatIsWrong()
    {
        patient.linearizable = "etcdserver: request timed out";
        assertReply(503, "{\"health\":\"false\",\"reason\":\"RANGE ERROR:etcdserver: request timed out\"}", "/health");
        patient.hasLeader = false;
        assertReply(503, "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}", "/health");
        patient.alarms.add("NOSPACE");
        assertReply(503, "{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}", "/health");
    }

    @Test
    void shouldLeaveOutAlarmsThatAreExcluded()
    {
        patient.alarms.addAll(List.of("NOSPACE", "CORRUPT"));
        assertReply(503, "{\"health\":\"false\",\"reason\":\"ALARM CORRUPT\"}", "/health?exclude=NOSPACE");
        assertReply(200, "{\"health\":\"true\",\"reason\":\"\"}", "/health?exclude=NOSPACE&exclude=CORRUPT");
    }

    @Test
    void shouldEscapeTheReason()
    {
        patient.linearizable = "a \"b\" \\ \n c";
        assertReply(503, "{\"health\":\"false\",\"reason\":\"RANGE ERROR:a \\\"b\\\" \\\\ \\u000a c\"}", "/health");
    }

    @Test
    void shouldLiveAsLongAsItReadsItself()
    {
        patient.hasLeader = false;
        patient.linearizable = "etcdserver: no leader";
        patient.alarms.add("NOSPACE");
        assertReply(200, "ok\n", "/livez");
        assertReply(200, "[+]serializable_read ok\nok\n", "/livez?verbose");
        patient.serializable = "stuck";
        assertReply(503, "[-]serializable_read failed: stuck\n", "/livez");
    }

    @Test
    void shouldBeReadyOnlyIfAllChecksPass()
    {
        assertReply(200, "ok\n", "/readyz");
        assertReply(200, "[+]data_corruption ok\n[+]linearizable_read ok\n[+]non_learner ok\n[+]serializable_read ok\nok\n",
            "/readyz?verbose");
        patient.isLearner = true;
        patient.linearizable = "etcdserver: no leader";
        assertReply(503, "[+]data_corruption ok\n[-]linearizable_read failed: etcdserver: no leader\n" +
            "[-]non_learner failed: not ready: a learner does not serve reads\n[+]serializable_read ok\n", "/readyz");
        assertReply(200, "ok\n", "/readyz?exclude=linearizable_read&exclude=non_learner");
        assertReply(200, "ok\n", "/readyz?allowlist=serializable_read");
        assertReply(200, "ok\n", "/readyz/serializable_read");
        assertReply(503, "[-]linearizable_read failed: etcdserver: no leader\n", "/readyz/linearizable_read");
        patient.alarms.add("CORRUPT");
        assertReply(503, "[-]data_corruption failed: alarm activated: CORRUPT\n", "/readyz/data_corruption");
    }

    @Test
    void shouldNotKnowOtherPagesNorOtherMethods()
    {
        assertEquals(404, get("/").status());
        assertEquals(404, get("/readyz/nothing").status());
        assertEquals(404, get("/healthy").status());
        assertEquals(405, pages.reply(new PageRequest("POST", "/health", null, null)).status());
    }

    @Test
    void shouldTakeAQueryThatIsNotEncodedRightForWhatItIs()
    {
        assertReply(200, "{\"health\":\"true\",\"reason\":\"\"}", "/health?%zz=1&exclude=%&=&&serializable");
    }

    @Test
    void shouldTellTheVersionInNumbersThatClientsParse()
    {
        final String body = new String(get("/version").body(), UTF_8);
        final String numbers = "\\d+\\.\\d+\\.\\d+";
        assertTrue(body.matches("\\{\"etcdserver\":\"" + numbers + "\",\"etcdcluster\":\"" + numbers + "\",\"storage\":\"" + numbers +
            "\",\"tourbillon\":\"1\\.2\\.3\"}"), body);
    }

    @Test
    void shouldHandTheAcceptedFormOn()
    {
        assertReply(200, "figures as text/x", "/metrics");
    }
}
