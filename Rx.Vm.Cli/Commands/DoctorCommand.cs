using System.CommandLine;
using Rx.Vm.Qemu;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm doctor</c>: what this machine has and lacks for running pods, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Tell what this machine has and lacks; exit code 1 when something needed is missing.");
        command.SetAction(async (parsed, ct) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var items = await VmHost.ProbeAsync(ct: ct).ConfigureAwait(false);
            foreach (var item in items)
            {
                output.WriteLine($"{Mark(item.Verdict),-5} {item.Name,-16} {Complaint.OneLine(item.Detail)}");
                if (item.Verdict != DoctorVerdict.Good && item.Remedy.Length > 0)
                {
                    output.WriteLine($"      {"",-16} → {Complaint.OneLine(item.Remedy)}");
                }
            }

            return items.Any(item => item.Verdict == DoctorVerdict.Fatal) ? 1 : 0;
        });
        return command;
    }

    private static string Mark(DoctorVerdict verdict) => verdict switch
    {
        DoctorVerdict.Good => "ok",
        DoctorVerdict.Bearable => "note",
        DoctorVerdict.Fatal => "LACKS",
    };
}
