using System.Text.Json;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Testing.Simulation;

// What each command does, and how it is answered.
internal sealed partial class Monitor
{
    private void Execute(Command command)
    {
        if (machine.Faults.Take(K.ReplyRefused, command.Name) is not null)
        {
            Reply(command, Refused.Generic("simulated refusal"), "{}");
            return;
        }

        if (command.Arguments.ValueKind != JsonValueKind.Object)
        {
            Reply(command, Refused.Generic("QMP input member 'arguments' must be an object"), "{}");
            return;
        }

        if (!_negotiated && command.Name != "qmp_capabilities")
        {
            Reply(command, new Refused("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'"), "{}");
            return;
        }

        var (refused, value) = Handle(command);
        Reply(command, refused, value);
        if (command.Name == "qmp_capabilities")
        {
            _negotiated = true;
            machine.Reach(SimulatedMoment.Connected);
        }
        else if (command.Name == "device_del" && refused is null)
        {
            Unplug(command.Arguments.GetProperty("id").GetString()!);
        }
        else if (command.Name == "quit" && !machine.Faults.Has(K.QuitIgnored))
        {
            machine.ExitSoon();
        }
    }

    // Events of a command come before its reply, as with the real monitor.
    private (Refused? Refused, string Value) Handle(Command command)
    {
        switch (command.Name)
        {
            case "qmp_capabilities":
                return (_negotiated ? new Refused("CommandNotFound", "Capabilities negotiation is already complete") : null, "{}");
            case "query-status":
                return (null, machine.Guest.IsAsleep
                    ? """{"status": "paused", "singlestep": false, "running": false}"""
                    : """{"status": "running", "singlestep": false, "running": true}""");
            case "query-version":
                return (null, Version);
            case "query-name":
                return (null, $$"""{"name": "{{machine.Id}}"}""");
            case "blockdev-add":
                return (_disks.AddNode(command.Arguments), "{}");
            case "blockdev-del":
                return (_disks.RemoveNode(command.Arguments), "{}");
            case "device_add":
                return (_disks.AddDevice(command.Arguments), "{}");
            case "device_del":
                return (_disks.RemoveDevice(command.Arguments), "{}");
            case "stop":
                machine.Guest.FallAsleep();
                Tell("STOP");
                return (null, "{}");
            case "cont":
                Tell("RESUME");
                machine.Guest.WakeUp();
                return (null, "{}");
            case "system_powerdown":
                Tell("POWERDOWN");
                return (null, "{}");
            case "system_reset":
                machine.End("host-qmp-system-reset", byGuest: false);
                return (null, "{}");
            case "quit":
                if (!machine.Faults.Has(K.QuitIgnored))
                {
                    Tell("SHUTDOWN", """{"guest": false, "reason": "host-qmp-quit"}""");
                }

                return (null, "{}");
            default:
                return (new Refused("CommandNotFound", $"The command {Quoted(command.Name)} has not been found"), "{}");
        }
    }

    private void Unplug(string id)
    {
        if (machine.Faults.Take(K.DeletionLost) is not null)
        {
            return;
        }

        var refuses = machine.Faults.Take(K.DeletionRefused) is not null;
        var twice = machine.Faults.Take(K.DeletionDoubled) is not null;
        machine.Strand.After(machine.Timings.DeviceRemove, () =>
        {
            var data = $$"""{"device": "{{id}}", "path": "/machine/peripheral/{{id}}"}""";
            if (refuses)
            {
                _disks.Keep(id);
                Tell("DEVICE_UNPLUG_GUEST_ERROR", data);
                return;
            }

            _disks.Forget(id);
            Tell("DEVICE_DELETED", data);
            if (twice)
            {
                Tell("DEVICE_DELETED", data);
            }
        });
    }

    private void Reply(Command command, Refused? refused, string value)
    {
        if (machine.Faults.Take(K.ReplyLost, command.Name) is not null)
        {
            return;
        }

        var id = command.Id is null ? "" : $", \"id\": {command.Id}";
        var text = refused is null
            ? $$"""{"return": {{value}}{{id}}}"""
            : $$$"""{"error": {"class": "{{{refused.Class}}}", "desc": {{{Json(refused.Description)}}}}{{{id}}}}""";
        if (machine.Faults.Take(K.ReplyMalformed, command.Name) is not null)
        {
            text = "}" + text;
        }

        Write(text + "\r\n");
        if (machine.Faults.Take(K.ReplyDoubled, command.Name) is not null)
        {
            Write(text + "\r\n");
        }
    }

    private static string Json(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string Quoted(string name) => name.Length <= 64 ? name : name[..64];

    private sealed record Command(string Name, JsonElement Arguments, string? Id)
    {
        private static readonly JsonElement NoArguments = JsonDocument.Parse("{}").RootElement.Clone();

        public static Command Read(JsonElement root)
        {
            var isObject = root.ValueKind == JsonValueKind.Object;
            return new Command(
                isObject && root.TryGetProperty("execute", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "",
                isObject && root.TryGetProperty("arguments", out var arguments) ? arguments : NoArguments,
                isObject && root.TryGetProperty("id", out var id) ? id.GetRawText() : null);
        }
    }
}
