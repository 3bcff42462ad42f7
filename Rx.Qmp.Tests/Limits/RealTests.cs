using System.Reflection;

namespace Rx.Qmp.Tests.Limits;

/// <summary>Tests that start a real QEMU, found by their collection or by their name.</summary>
internal static class RealTests
{
    /// <summary>
    /// Those without a <c>Timeout</c> of their own. The general limit is for tests of the simulated world; these depend on the host. What does not
    /// await cannot have one; that is for the <see cref="HangWatch"/>.
    /// </summary>
    public static IEnumerable<string> WithoutLimit(Assembly assembly) =>
        from type in assembly.GetTypes()
        where type.GetCustomAttribute<CollectionAttribute>()?.Name == "RealVm" || type.Name.StartsWith("Real", StringComparison.Ordinal)
        from method in type.GetMethods()
        let fact = method.GetCustomAttribute<FactAttribute>()
        where fact is { Timeout: <= 0 } && LimitedTestFramework.IsAsync(method)
        select $"{type.Name}.{method.Name}";
}
