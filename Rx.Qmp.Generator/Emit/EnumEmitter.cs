using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Enums: enums of C#. Where one is used it is in a QmpEnum, which also takes the words that a newer QEMU invents.</summary>
internal static class EnumEmitter
{
    public static void Emit(CodeWriter code, Entry type, string name)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        code.Summary($"The enum <c>{name}</c> of QEMU's schema.{Docs.Features(type.Features)}");
        Docs.Attributes(code, type.Features);
        code.Line($"[QmpWords({string.Join(", ", type.Members.Select(value => $"\"{value.Name}\""))})]");
        code.Open($"public enum {name}");
        foreach (var value in type.Members)
        {
            var features = Docs.Features(value.Features);
            if (features.Length > 0)
            {
                code.Summary($"<c>{value.Name}</c>.{features}");
            }

            Docs.Attributes(code, value.Features);
            code.Line(Naming.Claim(taken, Naming.Pascal(value.Name), "Value") + ",");
        }

        code.Close();
        code.Line();
    }
}
