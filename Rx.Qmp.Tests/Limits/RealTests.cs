using System.Reflection;

namespace Rx.Qmp.Tests.Limits;

/// <summary>Tests that start a real QEMU, found by their collection or by their name.</summary>
internal static class RealTests
{
    /// <summary>
    /// Those that are not in the slow lane, and so have neither its limit nor one of their own. The general limit is for tests of the simulated
    /// world; these depend on the host.
    /// </summary>
    public static IEnumerable<string> WithoutLimit(Assembly assembly) =>
        from type in assembly.GetTypes()
        where type.GetCustomAttribute<CollectionAttribute>()?.Name == "RealVm" || type.Name.StartsWith("Real", StringComparison.Ordinal)
        where type.GetCustomAttribute<SlowAttribute>() is null
        from method in type.GetMethods()
        where method.GetCustomAttribute<FactAttribute>() is { Timeout: 0 } && method.GetCustomAttribute<SlowAttribute>() is null
        select $"{type.Name}.{method.Name}";
}
