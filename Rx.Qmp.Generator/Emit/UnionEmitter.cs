using System.Collections.Immutable;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Unions: a closed hierarchy with a record per branch, and one for tags of the future. What all branches share is read and written
/// by the base.</summary>
internal sealed class UnionEmitter(TypeCatalog catalog, SchemaDocument schema)
{
    public void Emit(CodeWriter code, Entry type, string name)
    {
        var tag = type.Members.First(member => member.Name == type.Tag);
        var tagType = catalog.Value(tag.Type, type.Name, tag.Name);
        var cases = new HashSet<string>([name, "Read", "Write", "WriteMembers"], StringComparer.Ordinal);
        var branches = type.Branches
            .Select(branch => (Branch: branch, Name: Naming.Claim(cases, Naming.Pascal(branch.Case), "Case")))
            .ToImmutableArray();
        var unknown = Naming.Claim(cases, "Unknown", "Case");
        var scope = new Scope(name, cases);
        var tagName = scope.Claim(Naming.Pascal(tag.Name));
        var shared = scope.Claim(catalog.Fields(type));
        var context = new Context(name, scope.Text(tagType), tagName, shared, [.. cases]);

        code.Summary($"The union <c>{name}</c> of QEMU's schema: which branch it is says <c>{tag.Name}</c>.{Docs.Features(type.Features)}");
        Docs.Presence(code, schema, shared);
        Docs.Attributes(code, type.Features);
        code.Line($"[JsonConverter(typeof(QmpDataConverter<{name}>))]");
        code.Open($"public abstract record {name} : IQmpData<{name}>");
        code.Line($"private {name}() {{ }}");
        code.Line();
        if (!shared.IsEmpty)
        {
            // By value: the branch reads its own members from the same beginning.
            code.Open($"private {name}(Utf8JsonReader reader)");
            FieldEmitter.ReadBody(code, scope, name, shared);
            code.Close();
            code.Line();
        }

        Docs.Attributes(code, tag.Features);
        code.Line($"public abstract {context.TagType} {tagName} {{ get; }}");
        FieldEmitter.Properties(code, scope, shared);
        code.Line();
        Read(code, name, tag.Name, catalog.FlowOf(type.Name) == Flow.Sent, branches, unknown);
        Write(code, tag.Name, tagName, shared);
        foreach (var (branch, caseName) in branches)
        {
            code.Line();
            Case(code, context, branch, caseName);
        }

        code.Line();
        UnknownCase(code, context, unknown);
        code.Close();
        code.Line();
    }

    private static void Read(
        CodeWriter code, string name, string tag, bool demanded, ImmutableArray<(Branch Branch, string Name)> branches, string unknown)
    {
        code.Open($"public static {name} Read(ref Utf8JsonReader reader) => JsonRead.Tag(ref reader, \"{tag}\"u8) switch");
        foreach (var (branch, caseName) in branches)
        {
            code.Line($"\"{branch.Case}\" => new {caseName}(ref reader),");
        }

        if (demanded)
        {
            code.Line($"\"\" => throw JsonRead.MissingTag(ref reader, \"{name}\", \"{tag}\"),");
        }

        code.Line($"var tag => new {unknown}(ref reader, tag),");
        code.Close(";");
        code.Line();
    }

    private static void Write(CodeWriter code, string tag, string tagName, ImmutableArray<Field> shared)
    {
        code.Line("public void Write(Utf8JsonWriter writer) { writer.WriteStartObject(); WriteMembers(writer); writer.WriteEndObject(); }");
        code.Line();
        code.Open("internal virtual void WriteMembers(Utf8JsonWriter writer)");
        code.Line($"writer.WriteString(\"{tag}\"u8, {tagName}.Text);");
        FieldEmitter.WriteBody(code, shared);
        code.Close();
    }

    private void Case(CodeWriter code, Context union, Branch branch, string name)
    {
        var type = catalog.Type(branch.Type);
        var scope = union.Inside(name);
        var inner = type.Tag is null ? null : scope.Simple(catalog.NameOf(type.Name)!);
        var sharedNames = union.Shared.Select(field => field.Wire).ToHashSet(StringComparer.Ordinal);
        var own = inner is null ? scope.Claim(catalog.Fields(type).Where(field => !sharedNames.Contains(field.Wire))) : [];
        var features = Docs.Features(type.Features);
        if (features.Length > 0 || name != Naming.Pascal(branch.Case))
        {
            code.Summary($"The branch <c>{branch.Case}</c>.{features}");
        }

        Docs.Presence(code, schema, own);
        Docs.Attributes(code, type.Features);
        code.Open($"public sealed record {name} : {union.Name}");
        code.Line($"public {name}() {{ }}");
        var sets = inner is not null || union.Shared.Concat(own).Any(field => field.IsRequired) ? "[SetsRequiredMembers] " : string.Empty;
        var head = $"{sets}internal {name}(ref Utf8JsonReader reader){(union.Shared.IsEmpty ? "" : " : base(reader)")}";
        if (inner is not null)
        {
            code.Line($"{head} => Details = {inner}.Read(ref reader);");
        }
        else if (own.IsEmpty)
        {
            code.Line($"{head} => JsonRead.Skip(ref reader);");
        }
        else
        {
            code.Open(head);
            FieldEmitter.ReadBody(code, scope, $"{union.Name}.{name}", own);
            code.Close();
        }

        code.Line($"public override {union.TagType} {union.TagName} => new(\"{branch.Case}\");");
        FieldEmitter.Properties(code, scope, own);
        if (inner is not null)
        {
            code.Summary("The members of the branch, which is a union itself.");
            code.Line($"public required {inner} Details {{ get; init; }}");
        }

        if (inner is not null || !own.IsEmpty)
        {
            code.Line();
            code.Open("internal override void WriteMembers(Utf8JsonWriter writer)");
            code.Line("base.WriteMembers(writer);");
            FieldEmitter.WriteBody(code, own);
            if (inner is not null)
            {
                code.Line("Details.WriteMembers(writer);");
            }

            code.Close();
        }

        code.Close();
    }

    private static void UnknownCase(CodeWriter code, Context union, string name)
    {
        var scope = union.Inside(name);
        var json = scope.Claim("Json");
        code.Summary("A branch that was not known when this was generated, or an object that does not say which branch it is.");
        code.Open($"public sealed record {name} : {union.Name}");
        var sets = union.Shared.Any(field => field.IsRequired) ? "[SetsRequiredMembers] " : string.Empty;
        var made = $"({union.TagName}, {json}) = (tag.Length == 0 ? default : new(tag), JsonRead.Value(ref reader));";
        code.Line($"public {name}({union.TagType} tag, QmpValue json) => ({union.TagName}, {json}) = (tag, json);");
        code.Line($"{sets}internal {name}(ref Utf8JsonReader reader, string tag){(union.Shared.IsEmpty ? "" : " : base(reader)")} => {made}");
        code.Line($"public override {union.TagType} {union.TagName} {{ get; }}");
        code.Summary("The whole object.");
        code.Line($"public QmpValue {json} {{ get; }}");
        code.Line($"internal override void WriteMembers(Utf8JsonWriter writer) => JsonWrite.Members(writer, {json});");
        code.Close();
    }

    private sealed record Context(
        string Name, string TagType, string TagName, ImmutableArray<Field> Shared, ImmutableArray<string> Cases)
    {
        public Scope Inside(string name) =>
            new(name, [Name, TagName, "Details", .. Shared.Select(field => field.Name)])
            {
                Hidden = [.. Cases],
            };
    }
}
