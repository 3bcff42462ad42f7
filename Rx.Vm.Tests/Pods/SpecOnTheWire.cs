using System.Text.Json;
using Rx.Vm.Effects;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Images;
using Rx.Vm.Pods;
using InitRules = Rx.Vm.Init.Rules.PodRules;

namespace Rx.Vm.Tests.Pods;

/// <summary>A spec that the host took, written as STARTPOD and read as init reads it: nothing may go wrong then that could have been said before.</summary>
internal static class SpecOnTheWire
{
    /// <summary>Fails when the spec does not fit, changes on the way, or is refused by init's rules.</summary>
    public static void Check(PodSpec spec)
    {
        using var tty = new TtyMux(Stream.Null);
        var image = RootFileSystem.Unresolved(ImageReference.Parse("b"));
        var plan = new PodPlan(spec.Id ?? "pod", spec, [.. spec.Containers.Select((_, i) => new ContainerDisk(i, image))], inline: true);

        var (commands, lacking) = plan.Prepare(new OwnDialect(new GuestFeatures("x", 1, GuestFeature.All)), tty);

        Assert.Null(lacking);
        var payload = Assert.Single(commands).Payload;
        Assert.InRange(payload.Length, 1, WireLimits.ControlFrameToGuest - ControlFrame.HeaderSize);
        var read = JsonSerializer.Deserialize(payload.Span, WireJson.Default.PodPayload)!;
        Assert.Null(InitRules.Judge(read));
        for (var i = 0; i < spec.Containers.Length; i++)
        {
            Assert.Equal(spec.Containers[i].Arguments.AsEnumerable(), read.Containers[i].Cmd);
            Assert.Equal(spec.Containers[i].Envs.Select(e => (e.Env, e.Value)), read.Containers[i].Envs.Select(e => (e.Env, e.Value)));
        }
    }
}
