using System.Reflection;
using NetArchTest.Rules;
using Rx.Qmp;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Architecture.Violations;

namespace Rx.Vm.Tests.Architecture;

/// <summary>
/// Who may know whom, judged on the compiled code: what a method body calls counts, whatever usings or full names say. The pure rooms know no
/// I/O, clock, thread or Rx and no other room; references between the packages go one way.
/// </summary>
public class DependencyTests
{
    // What no pure room may touch. System.Threading.Lock and the like would be a sign that something shares state.
    private static readonly string[] Impure =
    [
        "System.IO", "System.Net", "System.Threading", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch",
        "System.Console", "System.TimeProvider", "System.Reactive", "System.Runtime.InteropServices.Marshal", "Microsoft.Win32", "Serilog",
        "Microsoft.Extensions", "DynamicData", "Rx.Qmp",
    ];

    private const BindingFlags Everything =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // The only types of the root that a pure room may use: a size, the base of exceptions.
    private static readonly string[] Shared = [typeof(RxVmException).FullName!, typeof(MemorySize).FullName!];

    public static TheoryData<string> PureRooms =>
    [
        "Rx.Vm.Lifecycle", "Rx.Vm.Pods", "Rx.Vm.Pods.Folds", "Rx.Vm.Devices", "Rx.Vm.Machines", "Rx.Vm.Fold", "Rx.Vm.Text", "Rx.Values",
    ];

    [Theory]
    [MemberData(nameof(PureRooms))]
    public void A_pure_room_touches_no_IO_no_clock_no_thread_and_no_Rx(string room) => Assert.Empty(Offenders(typeof(VmHost).Assembly, room, Impure));

    [Theory]
    [MemberData(nameof(PureRooms))]
    public void A_pure_room_knows_only_pure_rooms(string room)
    {
        var others = typeof(VmHost).Assembly.GetTypes()
            .Where(type => !PureRooms.Any(pure => type.Namespace == pure.Data) && !Shared.Contains(type.FullName) && !IsGenerated(type))
            .Select(type => type.FullName!.Split('`')[0])
            .Where(name => name.StartsWith("Rx.", StringComparison.Ordinal))
            .Distinct().ToArray();
        Assert.NotEmpty(others);
        Assert.Empty(Offenders(typeof(VmHost).Assembly, room, others));
    }

    [Fact]
    public void The_shared_wire_types_need_only_the_base_library() => Assert.Empty(Offenders(
        typeof(VmHost).Assembly, "Rx.Vm.Guest.Wire", ["System.Reactive", "Serilog", "Rx.Qmp", "Rx.Vm.Lifecycle", "Rx.Vm.Pods", "Rx.Vm.Qemu", "Rx.Vm.Effects"]));

    [Fact]
    public void The_packages_reference_one_another_one_way()
    {
        Assert.DoesNotContain(References(typeof(QmpClient).Assembly), name => name.StartsWith("Rx.Vm", StringComparison.Ordinal) || name == "Rx.Qmp.Testing");
        Assert.DoesNotContain(References(Assembly.Load("Rx.Qmp.Protocol")), name => name.StartsWith("Rx.", StringComparison.Ordinal));
        Assert.DoesNotContain(References(typeof(VmHost).Assembly), name => name is "Rx.Vm.Testing" or "Rx.Qmp.Testing" or "Microsoft.Reactive.Testing");
        Assert.Contains("Rx.Vm", References(typeof(SimulatedDriver).Assembly));
    }

    [Fact]
    public void The_libraries_reference_no_test_framework_and_no_console_library() => Assert.DoesNotContain(
        new[] { typeof(VmHost).Assembly, typeof(QmpClient).Assembly, typeof(SimulatedDriver).Assembly, Assembly.Load("Rx.Qmp.Testing") }.SelectMany(References),
        name => name.StartsWith("xunit", StringComparison.Ordinal) || name is "CsCheck" or "Spectre.Console" or "System.CommandLine");

    [Theory]
    [InlineData(nameof(ReadsAFile))]
    [InlineData(nameof(StartsAThread))]
    [InlineData(nameof(RunsATask))]
    [InlineData(nameof(AsksTheNet))]
    [InlineData(nameof(LooksAtTheClock))]
    [InlineData(nameof(KnowsTheHost))]
    public void A_violation_inside_a_method_body_is_seen(string name) => Assert.Contains(
        $"{typeof(ReadsAFile).Namespace}.{name}",
        Offenders(typeof(DependencyTests).Assembly, typeof(ReadsAFile).Namespace!, [.. Impure, typeof(VmHost).FullName!]));

    [Theory]
    [InlineData("Rx.Vm")]
    [InlineData("Rx.Vm.Testing")]
    [InlineData("Rx.Qmp")]
    [InlineData("Rx.Qmp.Testing")]
    [InlineData("rxvm")]
    public void The_system_is_called_from_a_room_named_Native_only(string assembly) => Assert.Empty(CallersOfTheSystem(Assembly.Load(assembly)));

    [Fact]
    public void A_call_of_the_system_elsewhere_is_seen() =>
        Assert.Contains(typeof(CallsTheSystem).FullName, CallersOfTheSystem(typeof(DependencyTests).Assembly));

    [Fact]
    public void No_folder_holds_fifty_files() => Assert.DoesNotContain(
        Directory.EnumerateDirectories(Path.GetDirectoryName(Snapshot.Locate("RxRuntime.sln"))!, "*", SearchOption.AllDirectories)
            .Where(folder => !folder.Contains("/obj", StringComparison.Ordinal) && !folder.Contains("/bin", StringComparison.Ordinal)),
        folder => Directory.EnumerateFiles(folder, "*.cs").Count() >= 50);

    private static IEnumerable<string> Offenders(Assembly assembly, string room, string[] forbidden)
    {
        var rule = Types.InAssembly(assembly).That().ResideInNamespaceMatching($@"^{room.Replace(".", @"\.", StringComparison.Ordinal)}(\.|$)");
        Assert.NotEmpty(rule.GetTypes());
        return rule.ShouldNot().HaveDependencyOnAny(forbidden).GetResult().FailingTypeNames ?? [];
    }

    // The generator makes a method that marshals and, within it, the one that calls; the latter, or both in one, has the flag.
    private static IEnumerable<string?> CallersOfTheSystem(Assembly assembly) => assembly.GetTypes()
        .Where(type => type.Namespace?.EndsWith(".Native", StringComparison.Ordinal) != true)
        .Where(type => type.GetMethods(Everything).Any(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)))
        .Select(type => type.FullName);

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(reference => reference.Name!);

    private static bool IsGenerated(Type type) => type.FullName!.Contains('<', StringComparison.Ordinal);
}
