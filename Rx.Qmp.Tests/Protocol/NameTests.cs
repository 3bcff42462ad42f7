using System.Text;
using System.Text.Json.Nodes;
using Rx.Qmp.Generator;
using Rx.Qmp.Generator.Model;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>Names of generated types: for good, in the casing of .NET, and of nobody else's types.</summary>
public class NameTests
{
    private const string OneType =
        """
        [{"name":"str","meta-type":"builtin","json-type":"string"},
         {"name":"look","meta-type":"command","ret-type":"7"},{"name":"look-again","meta-type":"command","ret-type":"8"},
         {"name":"7","meta-type":"object","members":[{"name":"what","type":"str"}]},
         {"name":"8","meta-type":"object","members":[{"name":"where","type":"str"}]}]
        """;

    private static Dictionary<string, string> Recorded { get; } = ByName(RecordedSchema.Catalog);

    [Fact]
    public void Nothing_speaks_against_the_names() => Assert.Empty(ProtocolFiles.Complaints(RecordedSchema.Document, NameTable.Embedded()));

    [Fact]
    public void A_schema_in_another_order_with_other_ids_gives_the_same_files()
    {
        var files = ProtocolFiles.Make(SchemaMutations.Moved(), NameTable.Embedded());
        Assert.All(
            ProtocolFiles.Make(RecordedSchema.Document, NameTable.Embedded()),
            file => Assert.True(file.Value == files[file.Key], $"{file.Key} differs"));
    }

    [Fact]
    public void Names_stay_when_new_commands_use_the_same_types_first()
    {
        var moved = SchemaMutations.Moved(entries =>
        {
            // The list is turned round: what is added last comes first.
            var commands = entries.Where(entry => (string?)entry["meta-type"] == "command");
            foreach (var id in commands.Select(entry => (string)entry["ret-type"]!).Distinct().ToArray())
            {
                entries.Add(new JsonObject { ["name"] = "new-" + id.Trim('[', ']'), ["meta-type"] = "command", ["arg-type"] = "0", ["ret-type"] = id });
            }
        });
        var catalog = new TypeCatalog(moved, new NameTable(moved, NameTable.Embedded()));
        Assert.Empty(catalog.Complaints);
        Assert.Equal(Recorded, ByName(catalog));
    }

    [Fact]
    public void A_name_stays_or_is_asked_for_when_a_command_goes()
    {
        foreach (var command in RecordedSchema.Document.Commands.Concat(RecordedSchema.Document.Events))
        {
            var moved = SchemaMutations.Moved(entries => entries.RemoveAll(entry => (string?)entry["name"] == command.Name));
            var catalog = new TypeCatalog(moved, new NameTable(moved, NameTable.Embedded()));
            var changed = ByName(catalog).Where(type => Recorded.GetValueOrDefault(type.Key) != type.Value).ToArray();
            Assert.True(changed.Length <= catalog.Complaints.Count, $"without {command.Name}: {string.Join(", ", changed)}");
        }
    }

    [Fact]
    public void A_type_without_a_line_is_asked_for_with_the_line_that_would_do()
    {
        var complaints = ProtocolFiles.Complaints(Schema(OneType), "look/return Sight\n");
        Assert.Equal(["names.txt has no line for a type; if this is a good name for it, add: look-again/return LookAgainResult"], complaints);
        Assert.Empty(ProtocolFiles.Complaints(Schema(OneType), "look/return Sight\nlook-again/return LookAgainResult\n"));
    }

    [Fact]
    public void One_name_for_two_types_is_refused() => Assert.Equal(
        ["Sight is the name of something else already: give look-again/return, or the other, another line in names.txt"],
        ProtocolFiles.Complaints(Schema(OneType), "look/return Sight\nlook-again/return Sight\n"));

    [Theory]
    [InlineData("String", "String is a type of .NET too, in System")]
    [InlineData("Version", "Version is a type of .NET too, in System")]
    [InlineData("Path", "Path is a type of .NET too, in System.IO")]
    [InlineData("Task", "Task is a type of .NET too, in System.Threading.Tasks")]
    [InlineData("SocketAddress", "SocketAddress is a type of .NET too, in System.Net")]
    [InlineData("ACPIInfo", "ACPIInfo has not the casing of .NET, such as AcpiOstInfo")]
    [InlineData("BlockIOInfo", "BlockIOInfo has not the casing of .NET, such as AcpiOstInfo")]
    [InlineData("sight", "sight has not the casing of .NET, such as AcpiOstInfo")]
    public void A_name_that_would_not_do_is_refused(string name, string why) => Assert.Equal(
        [why], ProtocolFiles.Complaints(Schema(OneType), $"look/return {name}\nlook-again/return Other\n"));

    [Fact]
    public void No_public_type_is_named_like_one_of_NET_or_of_the_libraries_used_with_it()
    {
        var others = typeof(System.Reactive.Unit).Assembly.GetExportedTypes()
            .Concat(typeof(QmpClient).Assembly.GetExportedTypes())
            .Where(type => !type.IsNested)
            .Select(type => type.Name.Split('`')[0])
            .Concat(PlatformNames.All.Keys)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Contains("IScheduler", others);
        Assert.Contains("SocketAddress", others);
        Assert.All(
            typeof(RunState).Assembly.GetExportedTypes().Where(type => !type.IsNested),
            type => Assert.DoesNotContain(type.Name.Split('`')[0], others));
    }

    [Fact]
    public void Properties_and_words_have_the_casing_of_NET_too()
    {
        var types = typeof(RunState).Assembly.GetExportedTypes().Where(type => type.Namespace == "Rx.Qmp.Protocol").ToArray();
        Assert.All(types, type => Assert.True(Naming.HasNetCasing(type.Name.Split('`')[0]) || type.IsInterface, type.Name));
        Assert.All(
            types.SelectMany(type => type.GetProperties()).Where(property => property.Name != "EqualityContract"),
            property => Assert.True(Naming.HasNetCasing(property.Name), $"{property.DeclaringType}.{property.Name}"));
        Assert.All(
            types.Where(type => type.IsEnum).SelectMany(type => Enum.GetNames(type).Select(word => (type, word))),
            item => Assert.True(Naming.HasNetCasing(item.word), $"{item.type.Name}.{item.word}"));
    }

    // What a type is, without ids: the paths of the table do not matter.
    private static Dictionary<string, string> ByName(TypeCatalog catalog) => catalog.Types.ToDictionary(
        type => $"{type.Type.Kind} {type.Type.Tag} {string.Join(',', type.Type.Members.Select(member => member.Name))} "
            + $"{string.Join(',', type.Type.Branches.Select(branch => branch.Case))} {type.Name}",
        type => type.Name,
        StringComparer.Ordinal);

    private static SchemaDocument Schema(string json) => SchemaDocument.Parse(Encoding.UTF8.GetBytes(json));
}
