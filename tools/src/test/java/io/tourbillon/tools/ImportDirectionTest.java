package io.tourbillon.tools;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** The folder list is the pipeline: imports run one way, and the Raft core touches nothing outside itself. */
class ImportDirectionTest
{
    private static final String ROOT = "io.tourbillon.";
    private static JavaClasses mainClasses;

    @BeforeAll
    static void readClasses()
    {
        mainClasses = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.tourbillon");
    }

    /** The house's arrows, each part with the parts it may import. perf is above this module and so not on its class path. */
    @ParameterizedTest
    @CsvSource({
        "codecs,           ''",
        "bptree,           codecs",
        "journal,          codecs",
        "mvcc,             codecs bptree",
        "consensus,        codecs journal",
        "transport.client, codecs",
        "transport.aeron,  codecs bptree journal mvcc consensus",
        "transport.http,   codecs journal consensus transport.aeron transport.client",
        "transport.etcd,   codecs transport.client",
        "tools,            codecs bptree journal mvcc consensus transport.aeron transport.client transport.http transport.etcd",
    })
    void shouldImportOneWayOnly(final String part, final String allowedParts)
    {
        final List<String> allowed = new ArrayList<>();
        allowed.add(ROOT + part + "..");
        for (final String allowedPart : allowedParts.split(" "))
        {
            allowed.add(ROOT + (allowedPart.isEmpty() ? part : allowedPart) + "..");
        }
        final DescribedPredicate<JavaClass> ours = resideInAnyPackage("io.tourbillon..");
        final DescribedPredicate<JavaClass> others = ours.and(DescribedPredicate.not(resideInAnyPackage(allowed.toArray(new String[0]))));
        noClasses().that().resideInAPackage(ROOT + part + "..")
            .should().dependOnClassesThat(others.as("another part than " + allowed))
            .check(mainClasses);
    }

    @Test
    void shouldHaveFoundEveryPart()
    {
        for (final String part : List.of("codecs", "bptree", "journal", "mvcc", "consensus.raft",
            "transport.client", "transport.aeron", "transport.http", "transport.etcd", "tools"))
        {
            assertFalse(mainClasses.that(resideInAnyPackage(ROOT + part + "..")).isEmpty(), part + ": no class found");
        }
    }

    /** Time and messages come as arguments, effects leave through a buffer: that is what makes a run repeatable from its seed. */
    @Test
    void shouldKeepTheRaftCorePure()
    {
        noClasses().that().resideInAPackage("io.tourbillon.consensus.raft..")
            .should().dependOnClassesThat().resideInAnyPackage(
                "io.aeron..", "net.openhft..", "com.lmax..", "java.io..", "java.net..", "java.nio.channels..", "java.nio.file..",
                "java.util.concurrent..", "java.util.logging..", "org.slf4j..", "java.time..", "org.agrona.concurrent.status..")
            .check(mainClasses);
        noClasses().that().resideInAPackage("io.tourbillon.consensus.raft..")
            .should().dependOnClassesThat().haveFullyQualifiedName("java.util.Random")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.lang.Thread")
            .orShould().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis")
            .orShould().callMethod(Math.class, "random")
            .check(mainClasses);
    }

    @Test
    void shouldKeepAeronOutOfWhatIsBelowTheTransport()
    {
        noClasses().that().resideInAnyPackage(
                "io.tourbillon.codecs..", "io.tourbillon.bptree..", "io.tourbillon.journal..", "io.tourbillon.mvcc..",
                "io.tourbillon.consensus..")
            .should().dependOnClassesThat().resideInAPackage("io.aeron..")
            .check(mainClasses);
    }

    @Test
    void shouldLetTheJournalAloneKnowChronicle()
    {
        noClasses().that().resideOutsideOfPackage("io.tourbillon.journal..")
            .should().dependOnClassesThat().resideInAPackage("net.openhft.chronicle..")
            .check(mainClasses);
    }

    @Test
    void shouldLetTheFilesAloneKnowPosix()
    {
        noClasses().that().resideOutsideOfPackages("io.tourbillon.journal..", "io.tourbillon.bptree..")
            .should().dependOnClassesThat().resideInAPackage("net.openhft..")
            .check(mainClasses);
    }

    /** mvcc has no clock, no thread and no I/O of its own: the same log gives the same state on every member. */
    @Test
    void shouldKeepTheStateMachineDeterministic()
    {
        noClasses().that().resideInAPackage("io.tourbillon.mvcc..")
            .should().dependOnClassesThat().resideInAnyPackage("java.net..", "java.nio.channels..", "java.util.concurrent..", "java.time..")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.Random")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.lang.Thread")
            .orShould().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis")
            .orShould().callMethod(Math.class, "random")
            .check(mainClasses);
    }

    /** The client is what other people depend on: the wire's words, Agrona and Aeron, nothing else. */
    @Test
    void shouldKeepTheClientLight()
    {
        noClasses().that().resideInAPackage("io.tourbillon.transport.client..")
            .should().dependOnClassesThat(DescribedPredicate.not(
                resideInAnyPackage("java..", "io.tourbillon.codecs..", "io.tourbillon.transport.client..", "org.agrona..", "io.aeron.."))
                .as("anything but the JDK, codecs, Agrona and Aeron"))
            .check(mainClasses);
    }
}
