using System.Reflection;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>Finds every public place of an assembly where foreign code comes in or is called back.</summary>
internal static class PluginPoints
{
    /// <summary>Data, not behaviour: an interface of one of these says how values are read, and nothing of it is called back.</summary>
    private static readonly HashSet<string> Data =
    [
        "IReadOnlyList`1", "IReadOnlyCollection`1", "IReadOnlyDictionary`2", "IReadOnlySet`1", "IEnumerable`1", "IEnumerator`1", "IEnumerable",
        "IList`1", "IFormatProvider", "IBufferWriter`1", "IDisposable", "IEquatable`1", "IComparable`1", "IImmutableList`1",
    ];

    /// <summary>The places, as Type.Member, sorted: members that take or give streams, delegates or objects of an interface.</summary>
    public static IReadOnlyList<string> Of(Assembly assembly, params string[] exceptNamespaces) =>
    [
        .. assembly.GetExportedTypes()
            .Where(type => !typeof(Delegate).IsAssignableFrom(type) && !exceptNamespaces.Contains(type.Namespace))
            .SelectMany(type => Members(type).Select(member => $"{Name(type)}.{member}"))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The options that are times, as Type.Member, sorted.</summary>
    public static IReadOnlyList<string> Times(Assembly assembly) =>
    [
        .. assembly.GetExportedTypes()
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(property => property.CanWrite && IsTime(property.PropertyType))
                .Select(property => $"{Name(type)}.{property.Name}"))
            .Order(StringComparer.Ordinal),
    ];

    private static bool IsTime(Type type) =>
        type == typeof(TimeSpan) || type == typeof(TimeSpan?) || type.GetGenericArguments().Contains(typeof(TimeSpan));

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var property in type.GetProperties(all).Where(property => IsForeign(property.PropertyType)))
        {
            yield return property.Name;
        }

        foreach (var constructor in type.GetConstructors(all).Where(c => c.GetParameters().Any(p => IsForeign(p.ParameterType))))
        {
            yield return "ctor";
        }

        foreach (var method in type.GetMethods(all).Where(method => !method.IsSpecialName && IsOwn(type, method)))
        {
            if (method.GetParameters().Any(parameter => IsForeign(parameter.ParameterType)) || IsStream(method.ReturnType))
            {
                yield return method.Name;
            }
        }

        // What users implement is foreign as a whole.
        if (type.IsInterface)
        {
            yield return "*";
        }
    }

    // A record's own Equals and Deconstruct, and what an interface of the platform asks for, are nobody's callbacks.
    private static bool IsOwn(Type type, MethodInfo method) =>
        method.Name is not ("Equals" or "Deconstruct" or "CompareTo" or "Subscribe" or "GetEnumerator")
        && !(type.IsInterface && method.DeclaringType != type);

    private static bool IsStream(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition().Name is "IObservable`1" or "IAsyncEnumerable`1";

    private static bool IsForeign(Type type)
    {
        type = type.IsByRef ? type.GetElementType()! : type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return typeof(Delegate).IsAssignableFrom(type) || type == typeof(Stream) || (type.IsInterface && !Data.Contains(type.Name));
    }

    private static string Name(Type type)
    {
        var name = type.Name.Split('`')[0];
        return type.DeclaringType is { } outer ? $"{Name(outer)}.{name}" : name;
    }
}
