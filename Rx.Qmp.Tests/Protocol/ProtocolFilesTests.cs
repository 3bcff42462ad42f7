using Rx.Qmp.Generator;
using Rx.Qmp.Generator.Model;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>The types that are checked in are the generator's, and they are all of them.</summary>
public class ProtocolFilesTests
{
    [Fact]
    public void What_is_checked_in_is_what_the_generator_makes()
    {
        var files = ProtocolFiles.Make(RecordedSchema.Document, NameTable.Embedded());
        Assert.Equal(6, files.Count);
        foreach (var (name, text) in files)
        {
            // Not the snapshot's own comparison: a difference in ten thousand lines is better seen with git.
            Assert.True(Snapshot.Read($"Rx.Qmp.Protocol/{name}") == text, $"{name} differs; run ./rx qmp-types --schema {RecordedSchema.Path}");
        }
    }

    [Fact]
    public void Every_line_of_the_table_is_about_something_and_names_what_the_code_needs()
    {
        Assert.Empty(new NameTable(RecordedSchema.Document, NameTable.Embedded()).Unresolved);
        Assert.Equal("BlockInfo", RecordedSchema.Catalog.NameOf(ElementOf("query-block")));
        Assert.Equal("BlockdevOptions", RecordedSchema.Catalog.NameOf(Command("blockdev-add").Argument!));
    }

    [Fact]
    public void A_path_that_a_QEMU_does_not_have_is_passed_over()
    {
        var table = new NameTable(RecordedSchema.Document, "no-such/return Nothing\nquery-status/return/nope Nothing\nquery-status/return Renamed\n");
        Assert.Equal(["no-such/return Nothing", "query-status/return/nope Nothing"], table.Unresolved);
        Assert.Equal("Renamed", table.Name(Command("query-status").Return!));
    }

    [Fact]
    public void The_files_are_no_longer_than_people_can_bear()
    {
        int[] lines = [.. ProtocolFiles.Make(RecordedSchema.Document, NameTable.Embedded()).Values.Select(text => text.Count(c => c == '\n'))];
        Assert.InRange(lines.Max(), 1, 10_000);
        Assert.InRange(lines.Sum(), 1, 30_000);
    }

    [Fact]
    public void Without_the_table_every_type_still_gets_a_name_of_its_own_and_always_the_same()
    {
        var once = ProtocolFiles.Make(RecordedSchema.Document, string.Empty);
        Assert.Equal(once, ProtocolFiles.Make(RecordedSchema.Document, string.Empty));
        Assert.Contains("sealed record QueryStatusResult :", once["Structs.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_of_the_future_gives_code_for_what_is_known_in_it()
    {
        var schema = SchemaDocument.Parse(System.Text.Encoding.UTF8.GetBytes(
            """
            [{"name":"str","meta-type":"builtin","json-type":"string"},{"name":"num","meta-type":"builtin","json-type":"number"},
             {"name":"gizmo","meta-type":"gizmo","what":[]},
             {"name":"go-on","meta-type":"command","arg-type":"1","ret-type":"4","features":["deprecated","unstable","new-one"]},
             {"name":"1","meta-type":"object","tag":"kind","members":[{"name":"kind","type":"2"}],"variants":[{"case":"in-side","type":"3"}]},
             {"name":"2","meta-type":"enum","values":["in-side"]},
             {"name":"3","meta-type":"object","tag":"sub","members":[{"name":"sub","type":"2"}],"variants":[{"case":"in-side","type":"5"}]},
             {"name":"4","meta-type":"array","element-type":"[str]"},{"name":"[str]","meta-type":"array","element-type":"str"},
             {"name":"5","meta-type":"object","members":[{"name":"read","type":"str"},{"name":"2x","type":"num","default":null}]},
             {"name":"GONE_ON","meta-type":"event","arg-type":"1"}]
            """));
        var files = ProtocolFiles.Make(schema, string.Empty);
        Assert.Contains("[Obsolete(", files["Commands.g.cs"], StringComparison.Ordinal);
        Assert.Contains("[Experimental(\"RXQMP001\")]", files["Commands.g.cs"], StringComparison.Ordinal);
        Assert.Contains("Features: <c>new-one</c>.", files["Commands.g.cs"], StringComparison.Ordinal);
        Assert.Contains("IQmpCommand<QmpList<QmpList<string>>>", files["Commands.g.cs"], StringComparison.Ordinal);
        Assert.Contains("record GoneOnEvent : IQmpTypedEvent<GoneOnEvent>", files["Events.g.cs"], StringComparison.Ordinal);
        Assert.Contains("[QmpWords(\"in-side\")]\npublic enum GoOnArgumentsKind\n{\n    InSide,\n}", files["Enums.g.cs"], StringComparison.Ordinal);
        // A branch that is a union itself, and members whose names C# or the types have taken; what is sent and received must be set to be
        // made and may be missing when read.
        Assert.Contains("public required GoOnArgumentsInSide Details { get; init; }", files["Unions.g.cs"], StringComparison.Ordinal);
        Assert.Contains("public required string? ReadValue { get; init; }", files["Unions.g.cs"], StringComparison.Ordinal);
        Assert.Contains("public double? V2x { get; init; }", files["Unions.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_has_its_type()
    {
        var types = typeof(QueryStatus).Assembly.GetTypes()
            .Select(type => type.GetField("CommandName")?.GetRawConstantValue() as string)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        Assert.Equal(216, RecordedSchema.Document.Commands.Length);
        Assert.Empty(RecordedSchema.Document.Commands.Select(command => command.Name).Except(types));
    }

    [Fact]
    public void Every_event_has_its_type()
    {
        var types = typeof(QueryStatus).Assembly.GetTypes()
            .Where(type => type.Namespace == "Rx.Qmp.Protocol" && type.GetInterfaces().Any(IsTypedEvent))
            .Select(type => (string)type.GetProperty("EventName")!.GetValue(null)!)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Equal(52, RecordedSchema.Document.Events.Length);
        Assert.Empty(RecordedSchema.Document.Events.Select(item => item.Name).Except(types));
    }

    private static bool IsTypedEvent(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IQmpTypedEvent<>);

    private static Entry Command(string name) => RecordedSchema.Document.Commands.Single(command => command.Name == name);

    private static string ElementOf(string command) => RecordedSchema.Document.Type(Command(command).Return!).Element!;
}
