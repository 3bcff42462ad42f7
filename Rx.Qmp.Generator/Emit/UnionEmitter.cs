using System.Collections.Immutable;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Unions: a closed hierarchy with a record per branch, and one for tags of the future.</summary>
internal sealed class UnionEmitter(TypeCatalog catalog)
{
    public void Emit(CodeWriter code, Entry type, string name)
    {
        var tag = type.Members.First(member => member.Name == type.Tag);
        var tagType = catalog.Value(tag.Type, type.Name, tag.Name);
        var cases = new HashSet<string>([name, "Read", "Write", "WriteMembers", "WriteShared"], StringComparer.Ordinal);
        var branches = type.Branches
            .Select(branch => (Branch: branch, Name: Naming.Claim(cases, Naming.Pascal(branch.Case), "Case")))
            .ToImmutableArray();
        string unknown = Naming.Claim(cases, "Unknown", "Case");
        var scope = new Scope(name, cases);
        string tagName = scope.Claim(Naming.Pascal(tag.Name));
        var shared = scope.Claim(catalog.Fields(type));

        code.Summary($"The union <c>{name}</c> of QEMU's schema: which branch it is says <c>{tag.Name}</c>.{Docs.Features(type.Features)}");
        Docs.Attributes(code, type.Features);
        code.Line($"[JsonConverter(typeof(QmpDataConverter<{name}>))]");
        code.Open($"public abstract record {name} : IQmpData<{name}>");
        code.Line($"private {name}() {{ }}");
        code.Line();
        code.Summary($"<c>{tag.Name}</c>: {Docs.Describe(tagType)}; the branch decides it.");
        Docs.Attributes(code, tag.Features);
        code.Line($"public abstract {scope.Text(tagType)} {tagName} {{ get; }}");
        code.Line();
        FieldEmitter.Properties(code, scope, shared);
        Read(code, scope, name, tag.Name, branches, unknown);
        code.Line("/// <inheritdoc/>");
        code.Open("public void Write(Utf8JsonWriter writer)");
        code.Line("writer.WriteStartObject();");
        code.Line("WriteMembers(writer);");
        code.Line("writer.WriteEndObject();");
        code.Close();
        code.Line();
        code.Line("internal abstract void WriteMembers(Utf8JsonWriter writer);");
        if (!shared.IsEmpty)
        {
            code.Line();
            code.Open("private void WriteShared(Utf8JsonWriter writer)");
            FieldEmitter.WriteBody(code, shared);
            code.Close();
        }

        foreach (var (branch, caseName) in branches)
        {
            code.Line();
            Case(code, new Context(name, tag, tagType, tagName, shared, [.. cases]), branch, caseName);
        }

        code.Line();
        UnknownCase(code, new Context(name, tag, tagType, tagName, shared, [.. cases]), unknown);
        code.Close();
        code.Line();
    }

    private static void Read(
        CodeWriter code, Scope scope, string name, string tag, ImmutableArray<(Branch Branch, string Name)> branches, string unknown)
    {
        code.Line("/// <inheritdoc/>");
        code.Open($"public static {name} Read(ref Utf8JsonReader reader)");
        code.Line($"string tag = JsonRead.Tag(reader, \"{tag}\"u8, \"{name}\", \"{tag}\");");
        code.Open("return tag switch");
        foreach (var (branch, caseName) in branches)
        {
            code.Line($"\"{branch.Case}\" => {caseName}.ReadCase(ref reader),");
        }

        code.Line($"_ => {unknown}.ReadCase(ref reader, tag),");
        code.Close(";");
        code.Close();
        code.Line();
    }

    private void Case(CodeWriter code, Context union, Branch branch, string name)
    {
        var type = catalog.Type(branch.Type);
        var scope = union.Inside(name);
        bool nested = type.Tag is not null;
        var sharedNames = union.Shared.Select(field => field.Wire).ToHashSet(StringComparer.Ordinal);
        var own = nested ? [] : scope.Claim(catalog.Fields(type).Where(field => !sharedNames.Contains(field.Wire)));
        var all = union.Shared.AddRange(own);
        code.Summary($"The branch <c>{branch.Case}</c>.{Docs.Features(type.Features)}");
        Docs.Attributes(code, type.Features);
        code.Open($"public sealed record {name} : {union.Name}");
        code.Line("/// <inheritdoc/>");
        code.Line($"public override {scope.Text(union.TagType)} {union.TagName} => new(\"{branch.Case}\");");
        code.Line();
        FieldEmitter.Properties(code, scope, own);
        string inner = nested ? scope.Simple(catalog.NameOf(type.Name)!) : string.Empty;
        if (nested)
        {
            code.Summary("The members of the branch, which is a union itself.");
            code.Line($"public required {inner} Details {{ get; init; }}");
            code.Line();
        }

        code.Open($"internal static {name} ReadCase(ref Utf8JsonReader reader)");
        if (nested)
        {
            code.Line("var details = reader;");
        }

        FieldEmitter.ReadBody(code, scope, name, $"{union.Name}.{name}", all, nested ? [$"Details = {inner}.Read(ref details),"] : []);
        code.Close();
        code.Line();
        code.Open("internal override void WriteMembers(Utf8JsonWriter writer)");
        code.Line($"writer.WriteString(\"{union.Tag.Name}\"u8, \"{branch.Case}\"u8);");
        if (!union.Shared.IsEmpty)
        {
            code.Line("WriteShared(writer);");
        }

        FieldEmitter.WriteBody(code, own);
        if (nested)
        {
            code.Line("Details.WriteMembers(writer);");
        }

        code.Close();
        code.Close();
    }

    private static void UnknownCase(CodeWriter code, Context union, string name)
    {
        var scope = union.Inside(name);
        string json = scope.Claim("Json");
        code.Summary("A branch that was not known when this was generated.");
        code.Line("/// <param name=\"Tag\">What says which branch it is.</param>");
        code.Line($"/// <param name=\"{json}\">The whole object.</param>");
        code.Open($"public sealed record {name}({scope.Text(union.TagType)} Tag, QmpValue {json}) : {union.Name}");
        code.Line("/// <inheritdoc/>");
        code.Line($"public override {scope.Text(union.TagType)} {union.TagName} => Tag;");
        code.Line();
        code.Open($"internal static {name} ReadCase(ref Utf8JsonReader reader, string tag)");
        if (union.Shared.IsEmpty)
        {
            code.Line("return new(new(tag), JsonRead.Value(ref reader));");
        }
        else
        {
            code.Line("var whole = reader;");
            FieldEmitter.ReadBody(code, scope, $"{name}(new(tag), JsonRead.Value(ref whole))", union.Name, union.Shared, []);
        }

        code.Close();
        code.Line();
        code.Line($"internal override void WriteMembers(Utf8JsonWriter writer) => JsonWrite.Members(writer, {json});");
        code.Close();
    }

    private sealed record Context(
        string Name, Member Tag, QapiType TagType, string TagName, ImmutableArray<Field> Shared, ImmutableArray<string> Cases)
    {
        public Scope Inside(string name) =>
            new(name, [Name, TagName, "ReadCase", "WriteShared", "Tag", "Details", .. Shared.Select(field => field.Name)])
            {
                Hidden = [.. Cases],
            };
    }
}
