Tourbillon
Under the Apache License, Version 2.0: see LICENSE.

It comes with the following, each in its own jar in lib/, unchanged, under the licence named; a jar's META-INF has its own notices.

<#list dependencyMap as entry>
<#assign project = entry.getKey()/>
<#if project.groupId != "io.tourbillon">
${project.groupId}:${project.artifactId}:${project.version} - <#list entry.getValue() as licence>${licence}<#sep>; </#list>
</#if>
</#list>
