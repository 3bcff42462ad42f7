using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing.Failures;

/// <summary>What a value is made of: the members of a record, the items of a list, the entries of a dictionary.</summary>
internal static class ValueParts
{
    /// <summary>The most parts that are looked at.</summary>
    public const int Most = 10_000;

    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const string Trimmed = "A trimmed program lacks members, and its messages show the text of the value in their place.";

    /// <summary>Each part by the step that leads to it (<c>.Name</c>, <c>[3]</c>); null for a value that is one piece.</summary>
    public static Dictionary<string, object?>? Of(object value) => value switch
    {
        string or Exception or Delegate or Type => null,
        ITuple tuple => Range(tuple.Length).ToDictionary(i => $".Item{i + 1}", i => tuple[i]),
        IDictionary entries => Entries(entries),
        ICollection items => Items(items),
        _ when Items(value) is { } items => Items(items),
        _ when HasMembers(value) => Members(value),
        _ => null,
    };

    /// <summary>Whether the parts are items, of which one may have more than the other.</summary>
    public static bool IsList(object value) => value is not IDictionary && (value is ICollection || Items(value) is not null);

    private static IEnumerable<int> Range(int count) => Enumerable.Range(0, count);

    private static Dictionary<string, object?> Items(IEnumerable items) => items.Cast<object?>().Take(Most)
        .Select((item, index) => (Step: $"[{index}]", item)).ToDictionary(i => i.Step, i => i.item);

    private static Dictionary<string, object?> Entries(IDictionary entries)
    {
        var parts = new Dictionary<string, object?>();
        foreach (DictionaryEntry entry in entries)
        {
            parts[$"[{ValueText.Of(entry.Key)}]"] = entry.Value;
            if (parts.Count == Most)
            {
                break;
            }
        }

        return parts;
    }

    // A list of its own that is no ICollection, such as a value-equal one or a set. Nothing that may have no end.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Trimmed)]
    private static IEnumerable? Items(object value) =>
        value is IEnumerable items && value.GetType().GetInterfaces().Any(
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IReadOnlyCollection<>))
            ? items
            : null;

    // Records, and what does not say anything of itself. Not what the base library keeps inside.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Trimmed)]
    private static bool HasMembers(object value)
    {
        var type = value.GetType();
        return !type.IsPrimitive && !type.IsEnum && type.Namespace is var room && room != "System" && room?.StartsWith("System.") != true
            && (type.GetMethod("PrintMembers", Own) is not null
                || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                || value.ToString() == type.ToString());
    }

    // Fields are what a record compares, and reading one runs no code.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Trimmed)]
    private static Dictionary<string, object?> Members(object value)
    {
        var parts = new Dictionary<string, object?>();
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Own))
            {
                parts.TryAdd($".{NameOf(field)}", field.GetValue(value));
            }
        }

        return parts;
    }

    // <Name>k__BackingField, <Name>i__Field, <Name>P
    private static string NameOf(FieldInfo field) =>
        field.Name.StartsWith('<') && field.Name.IndexOf('>') is > 1 and var end ? field.Name[1..end] : field.Name;
}
