using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Rx.Qmp;
using Rx.Qmp.Testing;
using Rx.Vm.Journal;
using Rx.Vm.Pods;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Architecture;

/// <summary>
/// A record promises to be equal to another with the same contents. One that holds an array, an immutable array or a dictionary breaks that
/// promise unless it does something about it. So two of each public record are made, of the same contents in different objects.
/// </summary>
public class RecordEqualityTests
{
    public static TheoryData<string> Records => [.. AllRecords().Where(HoldsItems).Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Records))]
    public void Records_with_the_same_items_are_equal_and_with_others_are_not(string name)
    {
        var type = AllRecords().Single(record => record.FullName == name);
        var (one, other, different) = (Make(type, 1), Make(type, 1), Make(type, 2));

        Assert.NotSame(one, other);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, different);
    }

    [Fact]
    public void The_records_that_hold_items_are_found()
    {
        var names = Records.Select(row => row.Data).ToList();
        Assert.Contains(typeof(QmpGreeting).FullName, names);
        Assert.Contains(typeof(PodSpec).FullName, names);
        Assert.Contains(typeof(JournalRecording).FullName, names);
        Assert.InRange(names.Count, 60, 1000);
    }

    private static IEnumerable<Type> AllRecords() =>
        new[] { typeof(QmpClient), typeof(QmpGreeting), typeof(QmpCommand), typeof(FakeQmpServer), typeof(VmHost), typeof(Marble) }
            .Select(type => type.Assembly).Distinct()
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => IsRecord(type) && !type.IsAbstract && !type.ContainsGenericParameters);

    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null;

    private static bool HoldsItems(Type type) => Shown(type).Any(property => IsItems(property.PropertyType));

    private static IEnumerable<PropertyInfo> Shown(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite && property.GetIndexParameters().Length == 0);

    private static bool IsItems(Type type) =>
        type.IsArray || (type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type) && type.IsGenericType)
        || type == typeof(ReadOnlyMemory<byte>);

    private static object Make(Type type, int seed)
    {
        var constructor = type.GetConstructors().Where(c => c.GetParameters() is not [var only] || only.ParameterType != type)
            .OrderByDescending(c => c.GetParameters().Length).FirstOrDefault();
        var made = constructor is null
            ? Activator.CreateInstance(type)!
            : constructor.Invoke([.. constructor.GetParameters().Select(parameter => Sample(parameter.ParameterType, seed))]);
        foreach (var property in Shown(type).Where(property => IsItems(property.PropertyType) || IsRequired(property)))
        {
            property.SetValue(made, Sample(property.PropertyType, seed));
        }

        return made;
    }

    private static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    // Of the same seed equal contents, but other objects wherever contents can tell.
    private static object? Sample(Type type, int seed)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Sample(inner, seed);
        }

        if (type == typeof(string))
        {
            return new string('x', seed);
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(0);
        }

        if (type == typeof(TimeSpan) || type == typeof(DateTimeOffset))
        {
            return type == typeof(TimeSpan) ? TimeSpan.FromTicks(seed) : DateTimeOffset.UnixEpoch.AddTicks(seed);
        }

        if (type.IsPrimitive || type == typeof(decimal))
        {
            return type == typeof(bool) ? seed == 1 : Convert.ChangeType(seed, type, null);
        }

        return IsItems(type) ? Items(type, seed)
            : IsRecord(type) && !type.IsAbstract ? Make(type, seed)
            : type.IsValueType ? Activator.CreateInstance(type)
            : null;
    }

    private static object? Items(Type type, int seed)
    {
        if (type == typeof(ReadOnlyMemory<byte>))
        {
            return new ReadOnlyMemory<byte>([(byte)seed]);
        }

        var of = type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();
        if (of.Length == 2)
        {
            var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(of))!;
            map.Add(Sample(of[0], seed)!, Sample(of[1], seed));
            return type.IsAssignableFrom(map.GetType()) ? map : Immutable(type, of, map);
        }

        // As many as the seed says: items without contents of their own differ in nothing else.
        var items = Array.CreateInstance(of[0], seed);
        for (var i = 0; i < seed; i++)
        {
            items.SetValue(Sample(of[0], seed), i);
        }

        return type.IsAssignableFrom(items.GetType()) ? items : Immutable(type, of, items);
    }

    // What its class's maker gives, or its own constructor or conversion from an immutable array.
    private static object? Immutable(Type type, Type[] of, object contents)
    {
        var method = type == typeof(ImmutableArray<>).MakeGenericType(of[0]) ? Maker(typeof(ImmutableArray), nameof(ImmutableArray.ToImmutableArray), of)
            : type.Name.StartsWith("ImmutableDictionary", StringComparison.Ordinal)
                ? Maker(typeof(ImmutableDictionary), nameof(ImmutableDictionary.ToImmutableDictionary), of)
            : type.Name.StartsWith("ImmutableSortedDictionary", StringComparison.Ordinal)
                ? Maker(typeof(ImmutableSortedDictionary), nameof(ImmutableSortedDictionary.ToImmutableSortedDictionary), of)
            : null;
        if (method is not null)
        {
            return method.Invoke(null, [contents]);
        }

        var array = Maker(typeof(ImmutableArray), nameof(ImmutableArray.ToImmutableArray), of).Invoke(null, [contents])!;
        var conversion = type.GetMethods(BindingFlags.Static | BindingFlags.Public)
            .FirstOrDefault(m => m.Name == "op_Implicit" && m.ReturnType == type && m.GetParameters()[0].ParameterType == array.GetType());
        return conversion is not null
            ? conversion.Invoke(null, [array])
            : (type.GetConstructor([array.GetType()]) ?? throw new NotSupportedException($"no way to make a {type}")).Invoke([array]);
    }

    private static MethodInfo Maker(Type type, string name, Type[] of) => type.GetMethods(BindingFlags.Static | BindingFlags.Public)
        .Where(m => m.Name == name && m.IsGenericMethodDefinition && m.GetGenericArguments().Length == of.Length && m.GetParameters().Length == 1)
        .Select(m => m.MakeGenericMethod(of))
        .First(m => m.GetParameters()[0].ParameterType is { IsInterface: true });
}
