package io.tourbillon.transport.http;

import io.tourbillon.consensus.pipeline.MemberProgress;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.journal.DurationHistogram;
import io.tourbillon.transport.aeron.SlowSession;
import io.tourbillon.transport.client.async.MemberInfo;
import org.junit.jupiter.api.Test;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The status page and the JSON that it is fed with, of counters made for it. */
class StatusPageTest
{
    private static final long SELF = 0x10;
    private static final long VOTER = 0x20;
    private static final long LEARNER = 0x30;
    private static final long LEAVING = 0x40;
    private static final String HOSTILE = "\"><img src=x onerror=alert(1)>\n";

    private final PipelineCounters counters = new PipelineCounters();
    private final MemberProgress progress = new MemberProgress(Configuration.of(List.of(
        new Member(SELF, true, false, "a", "127.0.0.1:1", "127.0.0.1:2"), new Member(VOTER, true, false, "", "127.0.0.1:3", ""),
        new Member(LEARNER, false, false, HOSTILE, "127.0.0.1:5", ""), new Member(LEAVING, false, true, "d", "127.0.0.1:7", ""))));

    private Object raft()
    {
        final Json json = new Json().open('{');
        NodeStatus.addRaft(json, counters, progress, SELF);
        NodeStatus.addMembers(json, counters, progress, List.of(new MemberInfo(VOTER, "b", "127.0.0.1:3", "127.0.0.1:4", false)), SELF);
        return ParsedJson.of(json.close('}').toString());
    }

    @Test
    void shouldTellWhoLeadsAndHowFarTheOthersAreWhereThisOneLeads()
    {
        counters.leaderId.setRelease(SELF);
        counters.term.setRelease(7);
        counters.lastIndex.setRelease(100);
        counters.committedIndex.setRelease(99);
        counters.appliedIndex.setRelease(98);
        progress.matchIndex(1, 60);
        final Object told = raft();
        assertEquals("leader", ParsedJson.at(told, "role"));
        assertEquals("10", ParsedJson.at(told, "leaderId"));
        assertEquals(List.of(7.0, 100.0, 99.0, 98.0), List.of(ParsedJson.at(told, "term"), ParsedJson.at(told, "lastIndex"),
            ParsedJson.at(told, "committedIndex"), ParsedJson.at(told, "appliedIndex")));
        assertEquals(true, ParsedJson.at(told, "members", 0, "isLeader"));
        assertEquals(0.0, ParsedJson.at(told, "members", 0, "lag"));
        assertEquals(60.0, ParsedJson.at(told, "members", 1, "matchIndex"));
        assertEquals(40.0, ParsedJson.at(told, "members", 1, "lag"));
        assertNull(ParsedJson.at(told, "members", 2, "lag"), "nothing was heard of it");
        assertEquals(true, ParsedJson.at(told, "isChangingVoters"));
        assertEquals(List.of("voter", "voter", "learner", "leaving"),
            ((List<?>)ParsedJson.at(told, "members")).stream().map((member) -> ParsedJson.at(member, "vote")).toList());
    }

    @Test
    void shouldNotTellHowFarOthersAreWhereItDoesNotLead()
    {
        counters.leaderId.setRelease(VOTER);
        counters.lastIndex.setRelease(100);
        progress.matchIndex(1, 60); // what is left of a term in which it led
        final Object told = raft();
        assertEquals("follower", ParsedJson.at(told, "role"));
        assertNull(ParsedJson.at(told, "members", 1, "matchIndex"));
        assertNull(ParsedJson.at(told, "members", 0, "lag"));
        assertEquals(true, ParsedJson.at(told, "members", 1, "isLeader"));
        counters.leaderId.setRelease(0);
        assertNull(ParsedJson.at(raft(), "leaderId"));
    }

    /** Names that members have told since are better than those of the configuration, and any text stays a text. */
    @Test
    void shouldTakeNamesAndAddressesFromWhoHasToldThemAndQuoteThem()
    {
        final Object told = raft();
        assertEquals("a", ParsedJson.at(told, "members", 0, "name"));
        assertEquals("b", ParsedJson.at(told, "members", 1, "name"));
        assertEquals("127.0.0.1:4", ParsedJson.at(told, "members", 1, "clientUrls"));
        assertEquals(HOSTILE, ParsedJson.at(told, "members", 2, "name"));
    }

    @Test
    void shouldTellDurationsByBuckets()
    {
        final DurationHistogram durations = new DurationHistogram();
        durations.record(31_250);
        durations.record(1_000_000);
        durations.record(1_000_000);
        durations.record(60_000_000_000L);
        final Json json = new Json();
        NodeStatus.addDurations(json, durations);
        final Object told = ParsedJson.of(json.toString());
        assertEquals(DurationHistogram.BOUND_COUNT, ((List<?>)ParsedJson.at(told, "boundsMs")).size());
        assertEquals(1.0, ParsedJson.at(told, "boundsMs", 5));
        assertEquals(1.0, ParsedJson.at(told, "counts", 0));
        assertEquals(2.0, ParsedJson.at(told, "counts", 5));
        assertEquals(1.0, ParsedJson.at(told, "counts", DurationHistogram.BOUND_COUNT));
        assertEquals(60_002.03125, ParsedJson.at(told, "totalMs"));
    }

    @Test
    void shouldTellOfEachSlowSessionAndQuoteItsUser()
    {
        final Json json = new Json().open('{');
        NodeStatus.addSlow(json, List.of(
            new SlowSession(3, 0x1_0000_0002L, 5, SlowSession.Why.NOT_READING, 7, 4096, 1500),
            new SlowSession(4, 9, 0, SlowSession.Why.CATCHING_UP, 8, 0, 500)), credential -> credential == 5 ? HOSTILE : "");
        final Object told = ParsedJson.of(json.close('}').toString());
        assertEquals(List.of("100000002", HOSTILE, "not reading"), List.of(ParsedJson.at(told, "slow", 0, "sessionId"),
            ParsedJson.at(told, "slow", 0, "user"), ParsedJson.at(told, "slow", 0, "why")));
        assertEquals(List.of(3.0, 7.0, 4096.0, 1500.0), List.of(ParsedJson.at(told, "slow", 0, "connectionId"),
            ParsedJson.at(told, "slow", 0, "revisionsBehind"), ParsedJson.at(told, "slow", 0, "bytesWaiting"),
            ParsedJson.at(told, "slow", 0, "sinceMs")));
        assertEquals("catching up", ParsedJson.at(told, "slow", 1, "why"));
        assertEquals("", ParsedJson.at(told, "slow", 1, "user"));
    }

    @Test
    void shouldTellEachAgentOnceAndWithoutAStoreSayNull()
    {
        counters.journal.dutyCycles.setRelease(5);
        counters.journal.dutyCycleMaxNs.setRelease(1_500_000);
        final Json json = new Json().open('{');
        NodeStatus.addAgents(json, counters);
        NodeStatus.addStore(json, null);
        final Object told = ParsedJson.of(json.close('}').toString());
        assertEquals(7, ((List<?>)ParsedJson.at(told, "agents")).stream().map((agent) -> ParsedJson.at(agent, "name")).distinct().count());
        assertEquals("journal", ParsedJson.at(told, "agents", 2, "name"));
        assertEquals(1.5, ParsedJson.at(told, "agents", 2, "dutyCycleMaxMs"));
        assertNull(ParsedJson.at(told, "store"));
    }

    @Test
    void shouldAllowThePageItsOwnScriptAndStyleAndNothingElse() throws Exception
    {
        final AtomicInteger asked = new AtomicInteger();
        final StatusPage page = new StatusPage(() -> "{\"asked\":" + asked.incrementAndGet() + "}");
        final PageReply html = page.reply(new PageRequest("GET", "/status", null, null));
        final String policy = html.headers().get("Content-Security-Policy");
        final String text = new String(html.body(), UTF_8);
        for (final String tag : List.of("script", "style"))
        {
            final Matcher inner = Pattern.compile("<" + tag + ">(.*?)</" + tag + ">", Pattern.DOTALL).matcher(text);
            assertTrue(inner.find(), tag);
            final byte[] hash = MessageDigest.getInstance("SHA-256").digest(inner.group(1).getBytes(UTF_8));
            assertTrue(policy.contains("; " + tag + "-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "';"), policy);
            assertFalse(inner.find(), "a second " + tag);
        }
        assertTrue(policy.startsWith("default-src 'none'; connect-src 'self'; "), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertEquals("no-store", html.headers().get("Cache-Control"));
        assertEquals("text/html; charset=utf-8", html.contentType());
        assertEquals(0, asked.get(), "the page itself needs no answer of the member");
        // Nothing from elsewhere, no text taken for tags, no attribute that the policy would not let work.
        assertFalse(Pattern.compile("src=|href=|@import|url\\(|innerHTML|insertAdjacent|document\\.write|eval\\(| style=| on[a-z]+=")
            .matcher(text).find());
        assertEquals(List.of("http://www.w3.org/2000/svg"), Pattern.compile("https?://[^'\" ]*").matcher(text).results()
            .map((found) -> found.group()).toList());
    }

    @Test
    void shouldAskAnewEachTimeAndLetNobodyKeepTheAnswer()
    {
        final AtomicInteger asked = new AtomicInteger();
        final StatusPage page = new StatusPage(() -> "{\"asked\":" + asked.incrementAndGet() + "}");
        for (int i = 1; i <= 2; i++)
        {
            final PageReply json = page.reply(new PageRequest("GET", "/status.json", null, null));
            assertEquals("{\"asked\":" + i + "}", new String(json.body(), UTF_8));
            assertEquals("no-store", json.headers().get("Cache-Control"));
            assertEquals("application/json", json.contentType());
        }
        assertNull(page.reply(new PageRequest("GET", "/status.html", null, null)));
    }
}
