using System.Reflection;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>
/// No place where foreign code comes in is forgotten: each is in a reviewed list, with the reason why it can hurt nobody. A new public stream,
/// delegate or interface that is not in the list fails here.
/// </summary>
public class PublicPluginPointTests
{
    public static TheoryData<string> Assemblies => ["Rx.Vm", "Rx.Vm.Testing", "Rx.Qmp", "Rx.Qmp.Testing"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_place_where_foreign_code_comes_in_is_reviewed(string assembly)
    {
        var reviewed = Snapshot.Read($"Rx.Vm.Tests/HostilePlugins/{assembly}.txt")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t'))
            .ToList();
        Assert.All(reviewed, line => Assert.True(line.Length == 2 && line[1].Length > 5, $"{line[0]} has no reason"));

        Assert.Empty(PluginPoints.Of(Assembly.Load(assembly)).Except(reviewed.Select(line => line[0])));
    }

    [Fact]
    public void The_search_sees_streams_delegates_and_interfaces()
    {
        var places = PluginPoints.Of(typeof(VmHost).Assembly);

        Assert.Contains("VirtualMachine.States", places);
        Assert.Contains("VmHostOptions.Logger", places);
        Assert.Contains("VmSchedulers.Time", places);
        Assert.Contains("IMachineDriver.*", places);
        Assert.DoesNotContain("VmOptions.Id", places);
    }
}
